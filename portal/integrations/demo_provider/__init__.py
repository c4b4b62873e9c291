"""Who lets people into the demo world without a password?"""
