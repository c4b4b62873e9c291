"""Which partners does each channel manager look after?"""
