"""SQLite with a turnstile: writers take turns instead of starving each other."""
