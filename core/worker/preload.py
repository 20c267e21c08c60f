"""Imported once by the fork server: everything heavy is loaded and compiled before any job is forked.

A failure here only makes trainings slower to begin, so it is printed and survived.
"""

import traceback

import core.mmm.jobs
import core.worker.process_main  # noqa: F401  (so that a forked job need not import it)

try:
    from core.mmm.warm_up import warm_up

    warm_up()
except Exception:  # the fork server must come up whatever the libraries do
    traceback.print_exc()
