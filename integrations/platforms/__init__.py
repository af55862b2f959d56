"""Runnable stand-ins of the four outside platforms: they speak the wire, keep their own book, and misbehave on demand."""
