"""Which customer is reserved for whom, and until when?"""
