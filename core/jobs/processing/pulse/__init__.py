"""Whether processing jobs of a person are under way or have just ended."""
