"""Where are the contents of files kept: beside the database, or in an object store?"""
