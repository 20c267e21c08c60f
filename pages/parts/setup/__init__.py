"""Pieces of the screen that sets up a model."""
