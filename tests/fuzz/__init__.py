"""Bytes that no strap sends, fed to everything that reads what straps send."""
