"""Attempts at training: taking one up, reporting from it, ending it, and finding those that nobody runs."""
