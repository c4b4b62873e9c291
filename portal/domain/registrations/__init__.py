"""How does a partner reserve a customer, and how does the vendor decide?"""
