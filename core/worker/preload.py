"""Imported once by the fork server: everything heavy is loaded and compiled before any training is forked.

A failure here only makes trainings slower to begin, so it is told and survived.
"""

import traceback

import core.mmm.jobs  # noqa: F401  (so that a forked training need not import it)

try:
    from core.mmm.sampling.nuts import warm_up

    warm_up()
except Exception:  # the fork server must come up whatever the libraries do
    traceback.print_exc()
