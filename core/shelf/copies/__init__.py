"""Copies of what is on the shelf, complete and independent."""
