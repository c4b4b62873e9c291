"""Who may see and do what, why, and what would have to change?"""
