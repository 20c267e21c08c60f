"""The screens, declared once: address, title, icon, section and who may open them; links between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NoReturn
from uuid import UUID

import streamlit as st

from core.access import Permission

PROJECT = "project"


class Section(StrEnum):
    """The sections of the navigation; those of ACCESS are in none of its menus."""

    OVERVIEW = "Overview"
    DATA = "Data"
    MEASURE = "Measure"
    PLAN = "Plan"
    ADMIN = "Admin"
    ACCESS = "Access"


class Entry(StrEnum):
    """Who may open a screen that belongs to no project."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    OWNER = "owner"


@dataclass(frozen=True)
class ScreenInfo:
    """One screen; `access` is a permission in the chosen project, or who may open a screen without one."""

    section: Section
    address: str
    title: str
    icon: str
    access: Permission | Entry = Permission.PROJECT_VIEW

    @property
    def path(self) -> str:
        """The file of the screen's script, as Streamlit wants it."""
        return f"pages/{self.section.lower()}/{self.address}/page.py"


class Screen(ScreenInfo, Enum):
    """Every screen, in the order of the navigation."""

    HOME = Section.OVERVIEW, "home", "Home", ":material/home:"
    PROJECTS = Section.OVERVIEW, "projects", "Projects", ":material/workspaces:", Entry.SIGNED_IN
    UPLOAD = Section.DATA, "upload", "Upload", ":material/upload_file:"
    LIBRARY = Section.DATA, "library", "Library", ":material/database:"
    SALES = Section.DATA, "sales", "Sales & promotions", ":material/storefront:"
    MODEL = Section.MEASURE, "model", "Model", ":material/model_training:"
    RESULTS = Section.MEASURE, "results", "Results", ":material/insights:"
    COMPARE = Section.MEASURE, "compare", "Compare models", ":material/compare_arrows:"
    PROMO_EFFECTS = Section.MEASURE, "promotion_effects", "Promotion effects", ":material/percent:"
    BUDGET = Section.PLAN, "optimization", "Budget", ":material/account_balance_wallet:"
    SCENARIOS = Section.PLAN, "scenarios", "Scenarios", ":material/alt_route:"
    OPPORTUNITIES = Section.PLAN, "opportunities", "Opportunities", ":material/lightbulb:"
    PROMOTIONS = Section.PLAN, "promotions", "Promotions", ":material/sell:"
    BRIEF = Section.PLAN, "brief", "Creative brief", ":material/edit_note:"
    POST_MORTEM = Section.PLAN, "post_mortem", "Post-mortem", ":material/fact_check:"
    PEOPLE = Section.ADMIN, "people", "People", ":material/group:"
    AUDIT = Section.ADMIN, "audit", "Audit", ":material/history:", Permission.AUDIT_VIEW
    SYSTEM = Section.ADMIN, "system", "System", ":material/dns:", Entry.OWNER
    ACCOUNT = Section.ACCESS, "account", "Account", ":material/person:", Entry.SIGNED_IN
    SIGN_IN = Section.ACCESS, "sign_in", "Sign in", ":material/login:", Entry.ANYONE
    REGISTER = Section.ACCESS, "register", "Create an account", ":material/person_add:", Entry.ANYONE
    CLAIM = Section.ACCESS, "claim", "Claim", ":material/key:", Entry.ANYONE
    RESET = Section.ACCESS, "reset", "New password", ":material/lock_reset:", Entry.ANYONE


def go(screen: Screen, **query: int | str | UUID | None) -> NoReturn:
    """Switch to a screen; the chosen project goes along, `query` is put into its address."""
    st.switch_page(screen.path, query_params=_with_project(query))


def link(label: str, screen: Screen, *, icon: str | None = None, **query: int | str | UUID | None) -> None:
    """A link to a screen; the chosen project goes along."""
    st.page_link(screen.path, label=label, icon=icon, query_params=_with_project(query))


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
