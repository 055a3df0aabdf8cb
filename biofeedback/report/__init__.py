"""Offline: recordings and RR files in, numbers, tables and reports out, by the same pipeline as the live session."""
