"""Where one can go: the screens, links between them, and the ids in the address bar."""

from __future__ import annotations

from enum import StrEnum
from typing import NoReturn
from uuid import UUID

import streamlit as st

PROJECT = "project"


class Screen(StrEnum):
    """A screen by the path of its page, as st.switch_page wants it."""

    HOME = "pages/overview/home/page.py"
    PROJECTS = "pages/overview/projects/page.py"
    UPLOAD = "pages/data/upload/page.py"
    LIBRARY = "pages/data/library/page.py"
    SALES = "pages/data/sales/page.py"
    MODEL = "pages/measure/model/page.py"
    RESULTS = "pages/measure/results/page.py"
    COMPARE = "pages/measure/compare/page.py"
    PROMO_EFFECTS = "pages/measure/promotion_effects/page.py"
    BUDGET = "pages/plan/optimization/page.py"
    SCENARIOS = "pages/plan/scenarios/page.py"
    OPPORTUNITIES = "pages/plan/opportunities/page.py"
    PROMOTIONS = "pages/plan/promotions/page.py"
    BRIEF = "pages/plan/brief/page.py"
    POST_MORTEM = "pages/plan/post_mortem/page.py"
    PEOPLE = "pages/admin/people/page.py"
    AUDIT = "pages/admin/audit/page.py"
    SYSTEM = "pages/admin/system/page.py"
    ACCOUNT = "pages/access/account/page.py"
    SIGN_IN = "pages/access/sign_in/page.py"
    REGISTER = "pages/access/register/page.py"
    CLAIM = "pages/access/claim/page.py"
    RESET = "pages/access/reset/page.py"


def go(screen: Screen, **query: int | str | UUID | None) -> NoReturn:
    """Switch to a screen; the chosen project goes along, `query` is put into its address."""
    st.switch_page(str(screen), query_params=_with_project(query))


def link(label: str, screen: Screen, *, icon: str | None = None, **query: int | str | UUID | None) -> None:
    """A link to a screen; the chosen project goes along."""
    st.page_link(str(screen), label=label, icon=icon, query_params=_with_project(query))


def chosen_id(name: str) -> int | None:
    """The number behind `?name=` in the address, or None when it is absent or not a number."""
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def chosen_uuid(name: str) -> UUID | None:
    """The UUID behind `?name=` in the address, or None when it is absent or none."""
    try:
        return UUID(st.query_params.get(name, ""))
    except ValueError:
        return None


def choose(name: str, value: int | UUID | None) -> None:
    """Put `?name=value` into the address; None takes it out."""
    if value is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)


def _with_project(query: dict[str, int | str | UUID | None]) -> dict[str, str]:
    chosen = {PROJECT: chosen_id(PROJECT), **query}
    return {name: str(value) for name, value in chosen.items() if value is not None}
