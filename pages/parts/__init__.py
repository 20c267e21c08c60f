"""Pieces that several screens share; nothing here is a screen."""
