"""Pieces of the promotion screens."""
