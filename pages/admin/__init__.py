"""Screens for who runs a project or the installation: people, audit, system."""
