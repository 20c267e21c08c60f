"""Promotions as they are planned: the scenario, what it is expected to bring, and whether it may run."""
