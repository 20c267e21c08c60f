"""A user's table read as a panel: its calendar, every problem it has, and the repairs that are safe."""
