"""Which decks, price lists and notes does the vendor hand its partners, and which is current?"""
