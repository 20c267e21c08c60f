"""The trail: who changed what, and who signed in."""
