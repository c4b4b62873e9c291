"""With whom beside its own people is one record shared?"""
