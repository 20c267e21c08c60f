"""The demo project: a first look at the whole product, with a public, simulated data set.

Its account can look at everything in it and change nothing.
"""

DEMO_USERNAME = "demo"

__all__ = ["DEMO_USERNAME"]
