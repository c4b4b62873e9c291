"""How does a company that is no partner yet become one?"""
