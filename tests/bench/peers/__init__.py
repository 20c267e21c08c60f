"""The same data in PyMC-Marketing and Google Meridian, each in a virtual environment of its own.

Scripts named `*_fit.py` and `transforms_of_pymc_marketing.py` run in those environments: they import the
peer's library and their neighbours here, never `core`.
"""
