"""How fast and how light is the portal, beside the least that this stack can do?"""
