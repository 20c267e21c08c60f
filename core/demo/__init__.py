"""The demo project: a first look at the whole product, with a public, simulated data set.

Its account can look at everything and change nothing, so its password is no secret.
"""

DEMO_USERNAME = "demo"
DEMO_PASSWORD = "look-around-freely"  # noqa: S105  (public on purpose)

__all__ = ["DEMO_PASSWORD", "DEMO_USERNAME"]
