"""Tests of the stand-ins of the outside platforms."""
