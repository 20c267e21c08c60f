"""Opportunities as they were found, and what people think of them."""
