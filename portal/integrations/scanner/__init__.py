"""Who looks for viruses in what comes in?"""
