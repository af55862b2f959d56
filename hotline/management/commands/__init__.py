"""Commands of the people's door."""
