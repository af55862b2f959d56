"""The people's door for programs: JSON over HTTP, described at /api/schema."""
