"""The entry point, one file in two roles.

`streamlit run app.py` finds `app` below and serves it (imported, not run): database, worker and routes.
Streamlit then runs the same file for every visitor: that is the second role, sign-in and navigation.
"""

import os

# Before linear algebra is loaded: its threads wait for each other where many people are served.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import streamlit as st

if __name__ != "__main__":
    from core.access.web import MIDDLEWARE, ROUTES
    from pages.shared.serving import lifespan, on_script_error

    app = st.App(
        __file__, routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan, on_script_error=on_script_error
    )
else:
    from pages.shared.shell import show

    show()
