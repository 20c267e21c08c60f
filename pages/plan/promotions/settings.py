"""The project's rules for promotions: caps, floors, costs, legal text, brand rules and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.database import session
from core.errors import UserError
from core.promo.scenarios.settings import BrandRule, BrandRuleKind, PromoSettings
from core.promo.store import reference
from pages.plan.shared_promo.context import known_cells
from pages.shared.actions import FAILED, attempt, show_faults
from pages.shared.session import may

RULES = {
    BrandRuleKind.NEVER_DISCOUNTED: "Never discounted",
    BrandRuleKind.FORBIDDEN_WORD: "Forbidden word",
    BrandRuleKind.LONGEST_DAYS: "Longest duration (days)",
    BrandRuleKind.BRIEF_ELEMENT: "In every creative brief",
}
GAP_FLOOR, OWN_FLOOR = "The usual margin less points", "A fixed margin"
_ROUND = "_promo_settings_round"


def show_settings(person: Person, project: Membership) -> None:
    """The form; saved for the whole project in one go."""
    with session() as s:
        settings = reference.promo_settings(s, person, project.project_id)
    allowed = may(project, Permission.PROJECT_EDIT)
    if not allowed:
        st.caption(f"Your role here ({project.role}) may look at the settings but not change them.")
    # A new number shows the form with what was saved.
    prefix = f"promo_settings_{project.project_id}_{st.session_state.get(_ROUND, 0)}"
    with st.form(f"{prefix}_form", border=False):
        departments = _departments(person, project, settings)
        typed: dict[str, Any] = {}
        left, right = st.columns(2, gap="medium")
        with left:
            typed |= _ask_discounts(settings, departments, prefix)
        with right:
            typed |= _ask_margin(settings, prefix)
            with st.container(border=True):
                st.markdown("**Legal text**")
                text = st.text_area(
                    "Legal text", settings.legal_text, max_chars=1_000, height=90, key=f"{prefix}_legal",
                    label_visibility="collapsed",
                    placeholder="For example: while stocks last; no cash value.",
                    help="Taken by every promotion without one of its own; "
                    "without any a promotion is blocked",
                )  # fmt: skip
            typed |= {"legal_text": text}
        with st.container(border=True):
            typed |= _ask_limits(settings, prefix)
        with st.container(border=True):
            typed["brand_rules"] = _ask_rules(settings, departments, prefix)
        typed = typed
        pressed = st.form_submit_button(
            "Save settings", icon=":material/save:", type="primary", disabled=not allowed
        )
    if pressed:
        _save(project, settings, typed)


def _ask_discounts(settings: PromoSettings, departments: tuple[str, ...], prefix: str) -> dict[str, Any]:
    with st.container(border=True, height="stretch"):
        st.markdown("**Discounts**")
        cap = st.number_input(
            "Deepest discount (%)", 0.0, 95.0, settings.default_discount_cap_pct, 0.5,
            help="A deeper one blocks a promotion", key=f"{prefix}_cap",
        )  # fmt: skip
        st.caption("Departments with limits of their own; empty cells take the general one.")

        def column(own: Mapping[str, float]) -> list[float]:
            return [float(own.get(name, float("nan"))) for name in departments]

        floors = settings.department_margin_floors_pct
        table = st.data_editor(
            pd.DataFrame(
        {"department": departments, "cap": column(settings.discount_caps), "floor": column(floors)}
    ), hide_index=True, key=f"{prefix}_departments",
            column_config={
                "department": st.column_config.TextColumn("Department", disabled=True),
                "cap": st.column_config.NumberColumn("Deepest discount", format="%g %%"),
                "floor": st.column_config.NumberColumn(
                    "Least margin", format="%g %%", help="A department below it is warned of"
                ),
            },
            placeholder="",
            alt="Deepest discount and least margin of each department",
        )  # fmt: skip
    by = table.set_index("department")
    return {
        "default_discount_cap_pct": cap,
        "discount_caps": by["cap"].dropna().to_dict(),
        "department_margin_floors_pct": by["floor"].dropna().to_dict(),
    }


def _ask_margin(settings: PromoSettings, prefix: str) -> dict[str, Any]:
    with st.container(border=True):
        st.markdown("**Margin and costs**")
        own = settings.margin_floor_pct is not None
        kind = st.radio(
            "A promotion is blocked below", [GAP_FLOOR, OWN_FLOOR], index=int(own), horizontal=True,
            key=f"{prefix}_floor_kind",
        )  # fmt: skip
        with st.grid(3, min_column_width=150):
            gap = st.number_input(
                "Points less", 0.0, 100.0, settings.margin_floor_gap_pp, 0.5, key=f"{prefix}_floor_gap"
            )
            floor = st.number_input(
                "Fixed margin (%)", -100.0, 100.0, settings.margin_floor_pct if own else 18.0, 0.5,
                key=f"{prefix}_floor",
            )  # fmt: skip
            cost = st.number_input(
                "Cost to serve (% of sales)", 0.0, 99.0, round(100 * settings.cost_to_serve_share, 4), 0.5,
                help="EBIT is margin less this", key=f"{prefix}_cost",
            )  # fmt: skip
    return {
        "margin_floor_gap_pp": gap,
        "margin_floor_pct": floor if kind == OWN_FLOOR else None,
        "cost_to_serve_share": cost / 100,
    }


def _ask_limits(settings: PromoSettings, prefix: str) -> dict[str, Any]:
    st.markdown("**Warnings**")
    with st.grid(3, min_column_width=200):
        rival = st.number_input(
            "Taken from other departments (%)", 0.0, 100.0, settings.cannibalisation_limit_pct, 0.5,
            help="Warns when a department is expected to lose more of its sales", key=f"{prefix}_rival",
        )  # fmt: skip
        dip = st.number_input(
            "Dip afterwards (%)", 0.0, 100.0, settings.dip_limit_pct, 0.5,
            help="A post-mortem flags a deeper dip in the two weeks after", key=f"{prefix}_dip",
        )  # fmt: skip
        factor = st.number_input(
            "Beyond anything seen (times)", 1.0, 100.0, settings.plausible_factor, 0.1,
            help="Warns when a figure is so many times beyond the range of the past",
            key=f"{prefix}_factor",
        )  # fmt: skip
    return {"cannibalisation_limit_pct": rival, "dip_limit_pct": dip, "plausible_factor": factor}


def _ask_rules(settings: PromoSettings, departments: tuple[str, ...], prefix: str) -> list[dict[str, Any]]:
    st.markdown("**Brand rules**")
    st.caption("Departments never discounted, forbidden words, a longest duration, what a brief must carry.")
    rows = [
        {
            "kind": RULES[rule.kind],
            "value": (
                ""
                if rule.value is None
                else f"{rule.value:g}"
                if isinstance(rule.value, float | int)
                else str(rule.value)
            ),
            "departments": list(rule.departments),
        }
        for rule in settings.brand_rules
    ]
    table = st.data_editor(
        pd.DataFrame(rows, columns=["kind", "value", "departments"], dtype=object),
        num_rows="dynamic", hide_index=True, key=f"{prefix}_rules",
        column_config={
            "kind": st.column_config.SelectboxColumn("Rule", options=list(RULES.values())),
            "value": st.column_config.TextColumn("Word, days or element"),
            "departments": st.column_config.MultiselectColumn("Departments", options=list(departments)),
        },
        placeholder="",
        alt="Brand rules, to edit",
    )  # fmt: skip
    return [dict(row) for row in table.to_dict("records")]


def _save(project: Membership, old: PromoSettings, typed: dict[str, Any]) -> None:
    try:
        rules = _rules(typed.pop("brand_rules"))
        settings = replace(old, **typed, brand_rules=rules)
    except UserError as error:
        show_faults(error)
        return
    done = "Settings saved"
    saved = attempt(reference.save_promo_settings, project.project_id, settings, done=done)
    if saved is not FAILED:
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        st.rerun()


def _rules(rows: list[dict[str, Any]]) -> tuple[BrandRule, ...]:
    """The rules as typed. UserError with every fault, by line."""
    kinds, made, faults = {words: kind for kind, words in RULES.items()}, [], []
    for number, row in enumerate(rows, start=1):
        kind, value = kinds.get(str(row["kind"])), row["value"] if isinstance(row["value"], str) else ""
        named = row["departments"] if isinstance(row["departments"], list | tuple) else ()
        try:
            if kind is None:
                raise UserError("Choose a rule.")
            made.append(BrandRule(kind, _value(kind, value), tuple(named)))
        except UserError as error:
            faults += [f"Brand rule {number}: {fault}" for fault in error.faults]
    if faults:
        raise UserError(faults)
    return tuple(made)


def _value(kind: BrandRuleKind, text: str) -> str | float | None:
    if kind != BrandRuleKind.LONGEST_DAYS:
        return text.strip() or None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def _departments(person: Person, project: Membership, settings: PromoSettings) -> tuple[str, ...]:
    """Departments that sell, and those a setting names although they do not."""
    named = {*settings.discount_caps, *settings.department_margin_floors_pct}
    return tuple(sorted({cell.department for cell in known_cells(person, project)} | named))
