"""Tables of audio features as people save them: from bytes to columns, and what each column is for."""
