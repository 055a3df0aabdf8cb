"""Other people's files: one reader or writer for each."""
