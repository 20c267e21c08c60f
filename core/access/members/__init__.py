"""Members: who belongs to a project, in which role, and how one is invited."""
