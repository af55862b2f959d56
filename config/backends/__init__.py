"""Database engines of the house."""
