"""Saved promotions side by side."""
