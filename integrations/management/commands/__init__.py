"""pull, push, inbox, outbox."""
