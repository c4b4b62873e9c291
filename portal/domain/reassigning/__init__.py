"""How does work go from one person to another?"""
