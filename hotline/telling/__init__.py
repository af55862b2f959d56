"""What a reader is told of a ticket: as much as he may see, in his language."""
