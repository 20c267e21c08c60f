"""Pieces of the screen that holds models against each other."""
