"""Which fields has the vendor decided to show to partners?"""
