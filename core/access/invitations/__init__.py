"""Invitations: a link that makes its opener a member, once."""
