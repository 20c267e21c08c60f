"""Pieces of the screen that shows what a model found."""
