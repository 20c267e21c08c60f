"""Whether anything trains: the one question that every screen asks at each run."""
