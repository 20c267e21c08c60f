"""Pieces of the screens that bring and show a retailer's sales."""
