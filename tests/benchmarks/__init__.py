"""Benchmarks on a real PostgreSQL: ratios of two things done side by side in one run, never bare times. Started by `make bench`."""
