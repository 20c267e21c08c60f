"""Copies of what is kept of promotions, complete and independent."""
