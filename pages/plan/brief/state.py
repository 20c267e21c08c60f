"""The brief on the desk: what was opened, and the assets in their order, until it is saved."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field, replace

import streamlit as st

from core.access import Membership, Person
from core.database import session
from core.promo.brief import Asset, CreativeBrief, generate_brief
from core.promo.scenarios.settings import PromoSettings
from core.promo.store import post_mortems as reviews
from core.promo.store import reference
from core.promo.store.scenarios import SavedPromo

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
_DESK = "brief_desk"


@dataclass(frozen=True)
class BriefEditorState:
    """`opened` is what the fields began with, `saved` what is kept; each asset has a name of its own, so that
    its fields stay with it when it moves. `round` changes when all fields begin anew. `seen_at` is when that
    was saved which the fields began with, `saved_at` when it was saved last: NEVER before the first time."""

    promo: SavedPromo
    settings: PromoSettings
    currency: str
    opened: CreativeBrief
    saved: CreativeBrief | None
    seen_at: dt.datetime
    saved_at: dt.datetime
    cards: tuple[str, ...]
    assets: dict[str, Asset] = field(default_factory=dict)
    round: str = ""

    @property
    def stale(self) -> bool:
        """Whether somebody saved another brief since this one was opened."""
        return self.saved_at > self.seen_at

    def key(self, name: str) -> str:
        """The key of a field."""
        return f"brief_{self.promo.info.id}_{self.round}_{name}"

    def with_cards(self, cards: tuple[str, ...], assets: dict[str, Asset] | None = None) -> BriefEditorState:
        """The same with other assets, or in another order."""
        return replace(self, cards=cards, assets=self.assets | (assets or {}))

    def store(self) -> None:
        """Keep it for the next run."""
        st.session_state[_place(self.promo)] = self

    def clear(self) -> None:
        """Let the next run begin with what is saved."""
        st.session_state.pop(_place(self.promo), None)


def editor_of(person: Person, project: Membership, promo: SavedPromo) -> BriefEditorState:
    """What lies on the desk for this promotion; at first what was saved, or a brief made from it. The rules
    it is judged by are those of now."""
    with session() as s:
        settings = reference.promo_settings(s, person, project.project_id)
        saved = reviews.brief(s, person, promo.info.id)
        saved_at = reviews.brief_saved_at(s, person, promo.info.id) or NEVER
    known = st.session_state.get(_place(promo))
    if isinstance(known, BriefEditorState) and _same_plan(known.promo, promo):
        # What it began with stays as it was: that tells a brief of somebody else's that came since.
        return replace(known, promo=promo, settings=settings, saved_at=saved_at)
    editor = new_editor(promo, settings, project.currency, saved, saved_at)
    editor.store()
    return editor


def _same_plan(known: SavedPromo, promo: SavedPromo) -> bool:
    """Whether only the name may differ."""
    named = replace(known.scenario, label=promo.scenario.label)
    return named == promo.scenario and known.kpi_id == promo.kpi_id


def new_editor(
    promo: SavedPromo,
    settings: PromoSettings,
    currency: str,
    saved: CreativeBrief | None,
    saved_at: dt.datetime,
) -> BriefEditorState:
    """A desk whose fields begin with what is saved, else with what the promotion gives."""
    opened = saved or _generated(promo, settings, currency)
    return _with_fields(
        BriefEditorState(promo, settings, currency, opened, saved, saved_at, saved_at, ()), opened
    )


def regenerated(editor: BriefEditorState) -> BriefEditorState:
    """A desk with the brief that the promotion gives."""
    return _with_fields(editor, _generated(editor.promo, editor.settings, editor.currency))


def _generated(promo: SavedPromo, settings: PromoSettings, currency: str) -> CreativeBrief:
    assert promo.kpis is not None
    return generate_brief(promo.scenario, promo.kpis, settings, currency)


def _with_fields(editor: BriefEditorState, opened: CreativeBrief) -> BriefEditorState:
    assets = {uuid.uuid4().hex[:8]: asset for asset in opened.assets}
    return replace(editor, opened=opened, cards=tuple(assets), assets=assets, round=uuid.uuid4().hex[:6])


def _place(promo: SavedPromo) -> str:
    return f"{_DESK}_{promo.info.id}"
