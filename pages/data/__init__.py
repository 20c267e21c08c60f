"""Screens for files and data sets: upload and library."""
