"""Sales as handed in: files, and the facts that are the sum over those that are current."""
