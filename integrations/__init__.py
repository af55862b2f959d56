"""The machines' door: one adapter per outside platform; pull in, push out."""
