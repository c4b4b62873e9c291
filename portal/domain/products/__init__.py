"""What does the vendor sell through partners?"""
