"""Who are the people, for whom do they act, and from which device?"""
