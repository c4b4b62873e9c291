"""Which files belong to a record?"""
