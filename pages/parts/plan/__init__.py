"""Pieces of the planning screens."""
