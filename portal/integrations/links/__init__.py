"""Who looks whether a page outside still answers?"""
