"""Which items does a new partner of a kind get to do, and in which order?"""
