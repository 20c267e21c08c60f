"""What the screen of promotion effects looks at: one learned version, and its tables kept between runs."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.access import Membership
from core.promo import effects
from core.promo.days import ALL_GEOS
from core.promo.model_files import PromoModel
from core.promo.store.models import PromoModelInfo
from pages.plan.shared_promo.cached import promo_model


@dataclass(frozen=True)
class EffectTables:
    """Everything the model says, as tidy frames; shared by all sessions, so nobody changes them."""

    curves: pd.DataFrame
    cells: pd.DataFrame
    events: pd.DataFrame
    dip: pd.DataFrame
    rivals: pd.DataFrame
    errors: pd.DataFrame
    backtest: pd.DataFrame


@dataclass(frozen=True)
class EffectsView:
    """The chosen version, its model and its tables; `geo` is the one looked at."""

    project: Membership
    info: PromoModelInfo
    model: PromoModel
    tables: EffectTables
    geo: str = ALL_GEOS

    @property
    def behind(self) -> bool:
        """Whether sales changed after this was learned."""
        return self.info.facts_changed

    @property
    def geos(self) -> tuple[str, ...]:
        """The geos the model tells apart."""
        return tuple(dict.fromkeys(self.tables.cells["geo"]))

    def of_geo(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of the geo looked at."""
        return frame[frame["geo"] == self.geo]


def view_of(project: Membership, info: PromoModelInfo) -> EffectsView:
    """The view of one learned version."""
    return EffectsView(project, info, promo_model(info), tables_of(info))


def tables_of(info: PromoModelInfo) -> EffectTables:
    """The tables of a version, computed once."""
    return _tables(info.project_id, info.cache_key, info)


@st.cache_resource(max_entries=6, show_spinner="Reading what was learned")
def _tables(project_id: int, cache_key: str, _info: PromoModelInfo) -> EffectTables:
    model = promo_model(_info)
    uplift, baseline = model.uplift, model.baseline
    return EffectTables(
        curves=effects.curve_table(uplift),
        cells=effects.cell_table(uplift),
        events=effects.event_table(uplift),
        dip=effects.dip_table(uplift.regression),
        rivals=effects.cannibalisation_table(uplift.regression),
        errors=effects.error_table(baseline),
        backtest=baseline.backtest,
    )
