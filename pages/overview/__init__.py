"""Screens that show where one stands: home and projects."""
