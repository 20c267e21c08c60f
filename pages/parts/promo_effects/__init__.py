"""Pieces of the screen that shows what promotions did."""
