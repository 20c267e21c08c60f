"""Removing for good what was deleted long ago and what has outlived its use."""
