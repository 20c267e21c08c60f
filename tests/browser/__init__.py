"""Journeys in Chromium against a running server."""
