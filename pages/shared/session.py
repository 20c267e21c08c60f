"""Who is looking and at which project; the only module that knows the keys of the sign-in."""

from __future__ import annotations

import secrets

import streamlit as st

from core.access import Membership, NotFound, Permission, Person
from core.access import store as access
from core.access.web import COOKIE
from core.database import session
from pages.shared import screens

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


def current_person() -> Person | None:
    """The person behind this browser, asked of the database each time: sign-outs elsewhere count at once."""
    number = st.session_state.get(_SESSION)
    with session() as s:
        if number is not None:
            person = access.person_by_session(s, number)
        else:
            number, person = _by_cookie(s)
    if person is None:
        st.session_state.pop(_SESSION, None)
    else:
        st.session_state[_SESSION] = number
    return person


def _by_cookie(s: object) -> tuple[int | None, Person | None]:
    token = st.context.cookies.get(COOKIE)
    if not isinstance(token, str) or not token:
        return None, None
    return access.session_by_token(s, token) or (None, None)  # type: ignore[arg-type]


def session_number() -> int | None:
    """The id of this browser's session, to spare it when the others are signed out."""
    return st.session_state.get(_SESSION)


def open_to_everyone() -> Person | None:
    """First statement of the few screens that need no sign-in; the person if there is one."""
    return current_person()


def require_person() -> Person:
    """The person who is signed in; otherwise the sign-in form is shown and the run ends here."""
    person = current_person()
    if person is None:
        # Imported here because the form itself needs this module.
        from pages.shared.sign_in_form import sign_in_form

        sign_in_form()
        st.stop()
    return person


def require_project(permission: Permission = Permission.PROJECT_VIEW) -> tuple[Person, Membership]:
    """The person and the chosen project, in which they hold `permission`; else the run ends with the reason.

    The project is the address's `?project=`, else the one looked at last, else the first.
    """
    person = require_person()
    project = _project_of(person)
    if not project.allows(permission):
        _refuse(
            "Not part of your role",
            f"Your role in this project is {project.role}. Ask the project's owner if you need more.",
        )
    return person, project


def may(project: Membership, permission: Permission) -> bool:
    """Whether the person may do this in the project: what buttons ask before they show."""
    return project.allows(permission)


def known_projects(person: Person) -> list[Membership]:
    """The projects this person is a member of."""
    with session() as s:
        return list(access.memberships(s, person))


def chosen_project(person: Person) -> Membership | None:
    """The project the address or the last screen names, None when the person has none or it is not theirs."""
    wanted = screens.chosen_id(screens.PROJECT)
    if wanted is None and screens.PROJECT not in st.query_params:
        wanted = st.session_state.get(_LAST_PROJECT)
        return _first_of(known_projects(person), wanted)
    return None if wanted is None else _membership(person, wanted)


def choose_project(project_id: int) -> None:
    """Make this the project of the following screens; what was chosen inside the old one is dropped."""
    st.query_params.clear()
    screens.choose(screens.PROJECT, project_id)
    st.session_state[_LAST_PROJECT] = project_id


def _project_of(person: Person) -> Membership:
    project = chosen_project(person)
    if project is None:
        if screens.PROJECT in st.query_params:
            _refuse("Not found", "There is no such project, or you are not a member of it.")
        _ask_for_project()
        st.stop()
    st.session_state[_LAST_PROJECT] = project.project_id
    screens.choose(screens.PROJECT, project.project_id)
    return project


def _membership(person: Person, project_id: int) -> Membership | None:
    try:
        with session() as s:
            return access.membership(s, person, project_id)
    except NotFound:
        return None


def _first_of(projects: list[Membership], wanted: int | None) -> Membership | None:
    """The wanted one, else the first of one's own, else the first demo that was made."""
    own_first = sorted(projects, key=lambda p: (p.is_demo, p.project_id if p.is_demo else 0))
    return next((p for p in own_first if p.project_id == wanted), own_first[0] if own_first else None)


def _refuse(title: str, text: str) -> None:
    from pages.shared.layout import empty_state

    pressed = empty_state(title, text, icon=":material/lock:", button="Go to my projects", key="refused")
    if pressed:
        screens.choose(screens.PROJECT, None)
        st.session_state.pop(_LAST_PROJECT, None)
        st.switch_page(screens.Screen.PROJECTS)
    st.stop()


def _ask_for_project() -> None:
    from pages.shared.layout import empty_state

    empty_state(
        "No project yet",
        "A project holds your data, models and plans. Create your first one.",
        icon=":material/workspaces:",
        button="Create a project",
        screen=screens.Screen.PROJECTS,
        key="no_project",
    )


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
