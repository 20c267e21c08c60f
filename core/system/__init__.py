"""What the owner of an installation sees of its machinery."""
