"""Pieces of the screen that takes files in."""
