"""What tools say of the security of code, dependencies and the running server: ``make security``."""
