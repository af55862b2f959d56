"""Commands of the machines' door."""
