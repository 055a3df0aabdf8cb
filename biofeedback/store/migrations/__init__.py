"""Revisions of the database, each in a file of ``versions`` whose name begins with its number."""
