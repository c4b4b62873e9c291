"""Who is the customer, and what identifies them?"""
