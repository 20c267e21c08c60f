"""Who is visiting and at which project; the only module that knows the keys of the sign-in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

import streamlit as st
from sqlalchemy.orm import Session

from core.access import Membership, Permission
from core.access import store as access
from core.access.store.visits import visit_by_session, visit_by_token
from core.access.visit import Visit
from core.access.web import COOKIE
from core.database import session
from pages.shared.screens import PROJECT, choose, chosen_id

_SESSION = "_auth_session"
_TICKET = "_auth_ticket"
_CLEAR = "_auth_clear"
_LAST_PROJECT = "_last_project"

# Streamlit gives no address for a browser on the machine itself.
_THIS_MACHINE = "127.0.0.1"

_BRIDGE_JS = """
export default function ({ data, setTriggerValue }) {
  if (!data || window.__mixwrightBridge === data.nonce) return
  window.__mixwrightBridge = data.nonce
  fetch(data.url, { method: "POST", credentials: "same-origin",
                    headers: { "content-type": "application/json", "x-requested-with": "mixwright" },
                    body: JSON.stringify({ ticket: data.ticket }) })
    .then((answer) => setTriggerValue("done", answer.status))
    .catch(() => setTriggerValue("done", 0))
}
"""

_VISIT_OF_RUN: ContextVar[Visit | None] = ContextVar("visit_of_run", default=None)


@contextmanager
def run_of(visit: Visit | None) -> Iterator[None]:
    """One whole run of the app with the visit read for it, which `current_visit` gives to all inside."""
    token = _VISIT_OF_RUN.set(visit)
    try:
        yield
    finally:
        _VISIT_OF_RUN.reset(token)


def current_visit() -> Visit | None:
    """The visit of this run; a fragment's own run and a callback read it anew: sign-outs elsewhere count at
    once."""
    visit = _VISIT_OF_RUN.get()
    if visit is not None:
        return visit
    with session() as s:
        return visit_in(s)


def runs_alone() -> bool:
    """Whether a fragment or a callback is running, outside of a whole run of the app."""
    return _VISIT_OF_RUN.get() is None


def visit_in(s: Session) -> Visit | None:
    """The visit of this browser, read in the caller's transaction; None where nobody is signed in.

    The project is that of the address, else the one looked at last, else the first of the person's own.
    """
    found = None
    number, token = st.session_state.get(_SESSION), st.context.cookies.get(COOKIE)
    if number is not None:
        found = visit_by_session(s, number, chosen_id(PROJECT))
    # Under AppTest cookies are mocks.
    elif isinstance(token, str) and token:
        found = visit_by_token(s, token, chosen_id(PROJECT))
    if found is None:
        st.session_state.pop(_SESSION, None)
        return None
    st.session_state[_SESSION], visit = found
    if PROJECT in st.query_params:
        return visit
    return replace(visit, membership=visit.default_membership(st.session_state.get(_LAST_PROJECT)))


def session_number() -> int | None:
    """The id of this browser's session, to spare it when the others are signed out."""
    return st.session_state.get(_SESSION)


def may(project: Membership, permission: Permission) -> bool:
    """Whether the person may do this in the project: what buttons ask before they show."""
    return project.allows(permission)


def choose_project(project_id: int) -> None:
    """Make this the project of the following screens; what was chosen inside the old one is dropped."""
    st.query_params.clear()
    remember_project(project_id)


def remember_project(project_id: int | None) -> None:
    """Keep the project in the address and for screens without one; None forgets it."""
    choose(PROJECT, project_id)
    if project_id is None:
        st.session_state.pop(_LAST_PROJECT, None)
    else:
        st.session_state[_LAST_PROJECT] = project_id


def sign_in(username: str, password: str) -> None:
    """Sign this browser in; raises core.access.SignInRefused with the reason."""
    address = st.context.ip_address
    with session() as s:
        signed = access.sign_in(s, username, password, address if isinstance(address, str) else _THIS_MACHINE)
    st.session_state[_SESSION] = signed.session_id
    st.session_state[_TICKET] = signed.ticket


def sign_out() -> None:
    """End this browser's session in the database first: it ends even if the browser keeps its cookie."""
    with session() as s:
        access.sign_out(s, session_id=st.session_state.get(_SESSION))
    for key in list(st.session_state):
        del st.session_state[key]
    st.session_state[_CLEAR] = secrets.token_hex(4)


def settle_cookie() -> None:
    """Hand the browser its cookie after a sign-in, take it away after a sign-out; once a run."""
    if ticket := st.session_state.get(_TICKET):
        if getattr(_bridge("/auth/session", ticket, ticket[:12], "cookie_in"), "done", None) is not None:
            del st.session_state[_TICKET]
    elif (nonce := st.session_state.get(_CLEAR)) and (
        getattr(_bridge("/auth/logout", "", nonce, "cookie_out"), "done", None) is not None
    ):
        del st.session_state[_CLEAR]


def _bridge(url: str, ticket: str, nonce: str, key: str) -> object:
    """Ask the browser to trade the one-time ticket for the cookie; scripts never see the cookie itself."""
    component = st.components.v2.component("mixwright_cookie_bridge", js=_BRIDGE_JS)
    data = {"url": url, "ticket": ticket, "nonce": nonce}
    return component(key=key, data=data, on_done_change=lambda: None, height=1)
