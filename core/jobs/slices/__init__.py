"""Slices of a validation from the worker's side."""
