"""Who still needs the access that they have?"""
