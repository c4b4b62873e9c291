"""How does a delivery leave as a mail?"""
