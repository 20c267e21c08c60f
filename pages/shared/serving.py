"""The server's side of the app: what comes up before the first visitor, and what happens to an error."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import pkgutil
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

import streamlit as st
from starlette.concurrency import run_in_threadpool
from streamlit.runtime.pages_manager import PagesManager

import pages
from core import startup
from core.worker.supervisor import Supervisor

logger = logging.getLogger("mixwright")


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Database, demo and worker up before the first request; worker and database down at the end."""
    # Without this a screen's own file could be opened by its address, past app.py, until somebody's
    # first visit has called st.navigation.
    PagesManager.uses_pages_directory = False
    _say_where()
    supervisor = Supervisor()
    await run_in_threadpool(startup.start)
    await run_in_threadpool(supervisor.start)
    Thread(target=rehearse, name="rehearsal", daemon=True).start()
    try:
        yield
    finally:
        await run_in_threadpool(supervisor.stop)
        await run_in_threadpool(startup.stop)


def rehearse() -> None:
    """Import every screen's parts and load the kernels before somebody waits for them.

    What is there by then is hidden from the garbage collector, which Streamlit calls after each run. Without
    kept kernels nothing is compiled here: that would take the screens' time, and the worker does it anyway.
    """
    # Imported here, since numba takes a second that the start need not wait for.
    from core.mmm.numba_cache import kernels_are_cached
    from core.mmm.warm_up import warm_up_reading

    for found in pkgutil.walk_packages(pages.__path__, "pages."):
        # A page is a script: it runs when it is imported.
        if not found.name.endswith(".page"):
            importlib.import_module(found.name)
    if kernels_are_cached():
        warm_up_reading()
    gc.collect()
    gc.freeze()


def _say_where() -> None:
    """Links lead to where this server listens, unless the operator named another address."""
    address, port = st.get_option("server.address") or "127.0.0.1", st.get_option("server.port")
    os.environ.setdefault("MIXWRIGHT_PUBLIC_URL", f"http://{address}:{port}")


def on_script_error(error: Exception) -> bool:
    """Log the traceback under a reference and show the reference instead of it."""
    reference = secrets.token_hex(4).upper()
    logger.error("Reference %s", reference, exc_info=error)
    st.error(
        f"Something went wrong on this screen. Nothing you saved is lost. Reference: {reference}",
        icon=":material/error:",
    )
    return True
