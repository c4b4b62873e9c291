"""Which mechanisms does everything else stand on?"""
