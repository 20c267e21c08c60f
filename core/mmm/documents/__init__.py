"""Results to take along: slides, one-pager, tables."""
