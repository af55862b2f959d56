"""An early pytest plugin that brings a real PostgreSQL and a real Redis."""
