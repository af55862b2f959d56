"""The house itself: imports, containers, dependencies, the supervisor."""
