"""What is a partner asked to do before it is active, and how far has it come?"""
