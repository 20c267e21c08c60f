"""Projects: the workspaces that own data, models and plans."""
