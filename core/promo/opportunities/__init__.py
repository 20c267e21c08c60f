"""Where a promotion would help: the gap to target, and the departments that could close it."""
