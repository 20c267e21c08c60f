"""Copies of whole projects."""
