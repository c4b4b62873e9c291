"""What do the records mean, who may do what to them, and what follows?"""
