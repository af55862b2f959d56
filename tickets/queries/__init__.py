"""Every question, read only, plain rows out."""
