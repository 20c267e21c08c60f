"""Set-ups of models while one is still choosing."""
