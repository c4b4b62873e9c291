"""Which conversations do people have with the portal?"""
