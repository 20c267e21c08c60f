"""The brief on the desk: what was opened, and the assets in their order, until it is saved."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

import streamlit as st

from core.access import Membership, Person
from core.promo.brief import Asset, CreativeBrief, generate_brief
from core.promo.keeping.reference import store as reference
from core.promo.keeping.reviews import store as reviews
from core.promo.keeping.scenarios.promo_info import KeptPromo
from core.promo.scenarios.settings import PromoSettings
from core.store import session

_DESK = "brief_desk"


@dataclass(frozen=True)
class Desk:
    """`opened` is what the fields began with, `saved` what is kept; each asset has a name of its own, so that
    its fields stay with it when it moves. `turn` changes when all fields begin anew."""

    promo: KeptPromo
    settings: PromoSettings
    currency: str
    opened: CreativeBrief
    saved: CreativeBrief | None
    cards: tuple[str, ...]
    begun: dict[str, Asset] = field(default_factory=dict)
    turn: str = ""

    def key(self, name: str) -> str:
        """The key of a field."""
        return f"brief_{self.promo.info.id}_{self.turn}_{name}"

    def with_cards(self, cards: tuple[str, ...], begun: dict[str, Asset] | None = None) -> Desk:
        """The same with other assets, or in another order."""
        return replace(self, cards=cards, begun=self.begun | (begun or {}))

    def put(self) -> None:
        """Keep it for the next run."""
        st.session_state[_place(self.promo)] = self


def desk_of(person: Person, project: Membership, promo: KeptPromo) -> Desk:
    """What lies on the desk for this promotion; at first what was saved, or a brief made from it."""
    known = st.session_state.get(_place(promo))
    if isinstance(known, Desk) and known.promo.info.updated_at == promo.info.updated_at:
        return known
    with session() as s:
        settings = reference.promo_settings(s, person, project.project_id)
        saved = reviews.brief(s, person, promo.info.id)
    assert promo.kpis is not None
    opened = saved or generate_brief(promo.scenario, promo.kpis, settings, project.currency)
    desk = laid(promo, settings, project.currency, opened, saved)
    desk.put()
    return desk


def laid(
    promo: KeptPromo,
    settings: PromoSettings,
    currency: str,
    opened: CreativeBrief,
    saved: CreativeBrief | None,
) -> Desk:
    """A desk whose fields begin with `opened`."""
    begun = {uuid.uuid4().hex[:8]: asset for asset in opened.assets}
    return Desk(promo, settings, currency, opened, saved, tuple(begun), begun, uuid.uuid4().hex[:6])


def made_anew(desk: Desk) -> Desk:
    """A desk with the brief that the promotion gives."""
    assert desk.promo.kpis is not None
    fresh = generate_brief(desk.promo.scenario, desk.promo.kpis, desk.settings, desk.currency)
    return laid(desk.promo, desk.settings, desk.currency, fresh, desk.saved)


def _place(promo: KeptPromo) -> str:
    return f"{_DESK}_{promo.info.id}"
