"""The demonstration: a made-up bureau, its people, and staff who work through the same actions as anybody."""
