"""Screens about getting in: sign in, register, claim, new password, account."""
