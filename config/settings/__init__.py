"""Settings: base for all, and dev (the default), test, production; every value can come from the environment."""
