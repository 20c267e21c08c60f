"""The demo projects: a first look at the whole product, with public, simulated data.

Their account can look at everything in them and change nothing.
"""
