"""Accounts: how a person gets one, and its password."""
