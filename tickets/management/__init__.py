"""Commands, and the reference rows that an installation begins with."""
