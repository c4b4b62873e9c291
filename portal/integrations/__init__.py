"""Which systems outside does the portal work with?"""
