"""The frame around every screen: who is there, where one can go, what happened meanwhile."""

from __future__ import annotations

import streamlit as st

from core.access import Membership, Person
from pages.shared import brand, session, training
from pages.shared.actions import show_toasts, undo_bar
from pages.shared.screens import Screen
from pages.shared.sign_in_form import sign_in_form

_SWITCHER = "project_switcher"
_BEFORE_THE_DOOR = {"sign_in", "register", "claim", "reset"}

_SCREENS: dict[str, tuple[tuple[Screen, str, str], ...]] = {
    "Overview": (
        (Screen.HOME, "Home", ":material/home:"),
        (Screen.PROJECTS, "Projects", ":material/workspaces:"),
    ),
    "Data": (
        (Screen.UPLOAD, "Upload", ":material/upload_file:"),
        (Screen.LIBRARY, "Library", ":material/database:"),
        (Screen.SALES, "Sales & promotions", ":material/storefront:"),
    ),
    "Measure": (
        (Screen.MODEL, "Model", ":material/model_training:"),
        (Screen.RESULTS, "Results", ":material/insights:"),
        (Screen.COMPARE, "Compare models", ":material/compare_arrows:"),
        (Screen.PROMO_EFFECTS, "Promotion effects", ":material/percent:"),
    ),
    "Plan": (
        (Screen.BUDGET, "Budget", ":material/account_balance_wallet:"),
        (Screen.SCENARIOS, "Scenarios", ":material/alt_route:"),
        (Screen.OPPORTUNITIES, "Opportunities", ":material/lightbulb:"),
        (Screen.PROMOTIONS, "Promotions", ":material/sell:"),
        (Screen.BRIEF, "Creative brief", ":material/edit_note:"),
        (Screen.POST_MORTEM, "Post-mortem", ":material/fact_check:"),
    ),
    "Admin": (
        (Screen.PEOPLE, "People", ":material/group:"),
        (Screen.AUDIT, "Audit", ":material/history:"),
        (Screen.SYSTEM, "System", ":material/dns:"),
    ),
}
# Two sections have a screen whose file is called promotions; an address can be one of them only.
_ADDRESSES = {Screen.PROMO_EFFECTS: "promotion_effects"}
_HIDDEN = (
    (Screen.ACCOUNT, "Account", ":material/person:"),
    (Screen.SIGN_IN, "Sign in", ":material/login:"),
    (Screen.REGISTER, "Create an account", ":material/person_add:"),
    (Screen.CLAIM, "Claim", ":material/key:"),
    (Screen.RESET, "New password", ":material/lock_reset:"),
)


def show() -> None:
    """One run of the app: find the person, offer the screens, run the chosen one or the sign-in."""
    # First of all, else the browser fetches the icon of the screen from a font server on the internet.
    st.set_page_config(page_icon=brand.FAVICON, layout="wide")
    person = session.current_person()
    # Every screen is registered for strangers too, so that a deep link survives the sign-in.
    page = st.navigation(_sections(person), position="sidebar" if person else "hidden", expanded=True)
    st.set_page_config(page_title=training.title_notice() or f"{page.title} - Mixwright")
    brand.style()
    session.settle_cookie()
    show_toasts()
    if person is not None:
        _side_bar(person)
        undo_bar()
    elif page.url_path not in _BEFORE_THE_DOOR:
        sign_in_form(None if page.url_path == "" else page.title)
        return
    page.run()


def _sections(person: Person | None) -> dict[str, list[st.Page]]:
    sections = {
        title: [_page(*screen, hidden=_out_of_reach(screen[0], person)) for screen in screens]
        for title, screens in _SCREENS.items()
    }
    sections[""] = [_page(*screen, hidden=True) for screen in _HIDDEN]
    return sections


def _page(screen: Screen, title: str, icon: str, hidden: bool) -> st.Page:
    return st.Page(
        str(screen),
        title=title,
        icon=icon,
        url_path=_ADDRESSES.get(screen),
        default=screen is Screen.HOME,
        visibility="hidden" if hidden else "visible",
    )


def _out_of_reach(screen: Screen, person: Person | None) -> bool:
    return screen is Screen.SYSTEM and not (person and person.is_owner)


def _side_bar(person: Person) -> None:
    st.logo(brand.logo(), size="large", icon_image=brand.FAVICON)
    with st.sidebar:
        _project_switcher(person)
        training.watch_trainings(person)
        _account_menu(person)


def _project_switcher(person: Person) -> None:
    projects = {project.project_id: project for project in session.known_projects(person)}
    chosen = session.chosen_project(person)
    if not projects:
        return
    if chosen is not None and st.session_state.get(_SWITCHER) != chosen.project_id:
        st.session_state[_SWITCHER] = chosen.project_id
    st.selectbox(
        "Project",
        list(projects),
        format_func=lambda number: _project_label(projects[number]),
        key=_SWITCHER,
        on_change=_switch_project,
        label_visibility="collapsed",
    )


def _project_label(project: Membership) -> str:
    return project.project_name


def _switch_project() -> None:
    session.choose_project(st.session_state[_SWITCHER])


def _account_menu(person: Person) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="account_row"):
        st.page_link(
            str(Screen.ACCOUNT),
            label=brand.plain(person.display_name or person.username),
            icon=":material/account_circle:",
            width="stretch",
        )
        st.button(
            "Sign out", key="sign_out", icon=":material/logout:", type="tertiary", on_click=session.sign_out
        )
