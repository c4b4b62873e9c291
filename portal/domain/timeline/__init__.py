"""What happened to a record, in sentences, as far as the reader may know it?"""
