"""Commands that start and run the whole house."""
