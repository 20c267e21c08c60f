"""The frame around every screen: who is there, where one can go, what happened meanwhile."""

from __future__ import annotations

import streamlit as st

from core.access import Person
from core.access.visit import Visit
from core.database import session
from pages.shared.actions import show_toasts, undo_bar
from pages.shared.activity import Activity, activity_of, title_notice, watch_activity
from pages.shared.entrance import STATIC, logo, sign_in_form
from pages.shared.escape import plain
from pages.shared.screens import Entry, Screen, Section
from pages.shared.session import choose_project, run_of, settle_cookie, sign_out, visit_in

# SVG files travel inside the page: the media route asks for a cookie that a visitor does not have yet.
FAVICON = str(STATIC / "favicon.svg")
_SWITCHER = "project_switcher"


def show() -> None:
    """One run of the app: read the visit, offer the screens, run the chosen one or the sign-in."""
    # First of all, else the browser fetches the icon of the screen from a font server on the internet.
    st.set_page_config(page_icon=FAVICON, layout="wide")
    with session() as s:
        visit = visit_in(s)
        activity = activity_of(s, visit.person) if visit else Activity()
    with run_of(visit):
        # Every screen is registered for strangers too, so that a deep link survives the sign-in.
        sections = _sections(visit.person if visit else None)
        page = st.navigation(sections, position="sidebar" if visit else "hidden", expanded=True)
        st.set_page_config(page_title=title_notice() or f"{page.title} - Mixwright")
        st.html(STATIC / "style.css")
        settle_cookie()
        show_toasts()
        if visit is not None:
            st.logo(logo(), size="large", icon_image=FAVICON)
            with st.sidebar:
                _project_switcher(visit)
                watch_activity(activity)
                with st.container(
                    horizontal=True, vertical_alignment="center", gap="xsmall", key="account_row"
                ):
                    st.page_link(
                        Screen.ACCOUNT.path,
                        label=plain(visit.person.display_name or visit.person.username),
                        icon=":material/account_circle:",
                        width="stretch",
                    )
                    st.button(
                        "Sign out",
                        key="sign_out",
                        icon=":material/logout:",
                        type="tertiary",
                        on_click=sign_out,
                    )
            undo_bar()
        elif page.url_path not in {screen.address for screen in Screen if screen.access is Entry.ANYONE}:
            sign_in_form(None if page.url_path == "" else page.title)
            return
        page.run()


def _sections(person: Person | None) -> dict[str, list[st.Page]]:
    sections: dict[str, list[st.Page]] = {}
    for screen in Screen:
        for_others = screen.access is Entry.OWNER and not (person and person.is_owner)
        hidden = screen.section is Section.ACCESS or for_others
        page = st.Page(
            screen.path,
            title=screen.title,
            icon=screen.icon,
            url_path=screen.address,
            default=screen is Screen.HOME,
            visibility="hidden" if hidden else "visible",
        )
        # What is in no menu still needs to be registered; the section without a name shows no heading.
        name = "" if screen.section is Section.ACCESS else str(screen.section)
        sections.setdefault(name, []).append(page)
    return sections


def _project_switcher(visit: Visit) -> None:
    chosen = visit.membership
    # An archived project is among the choices only while it is the one that is open.
    projects = (*visit.memberships, *([chosen] if chosen else ()))
    names = {project.project_id: project.project_name for project in projects}
    if not names:
        return
    if chosen is not None and st.session_state.get(_SWITCHER) != chosen.project_id:
        st.session_state[_SWITCHER] = chosen.project_id
    st.selectbox(
        "Project",
        list(names),
        format_func=names.__getitem__,
        key=_SWITCHER,
        on_change=_switch_project,
        label_visibility="collapsed",
    )


def _switch_project() -> None:
    choose_project(st.session_state[_SWITCHER])
