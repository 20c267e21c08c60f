"""Putting a file's sums among the facts, in one transaction."""
