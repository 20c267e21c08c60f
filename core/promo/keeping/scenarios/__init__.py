"""Promotions as they are saved: scenario, figures, verdict; together or not at all."""
