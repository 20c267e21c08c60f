"""Screens about measuring: set a model up, read what it found."""
