"""The supervisor: starts every part of the house on one machine, watches them, and ends them all together."""
