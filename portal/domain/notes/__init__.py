"""What do the vendor's people tell each other about a record?"""
