"""What a remote collector and its server hold after kills and a network that does its worst."""
