"""What happens to an opportunity once it is approved?"""
