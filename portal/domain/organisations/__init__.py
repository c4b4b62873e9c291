"""Which companies take part, and how do they stand to each other?"""
