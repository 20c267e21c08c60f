"""The tab of versions: this one against an earlier one, cell by cell at one discount, and band by band."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.access import Person
from core.promo import charts
from core.promo.charts import METHOD_WORDS
from core.promo.effects import changes_between
from core.promo.store.models import PromoModelInfo
from pages.measure.promotion_effects.choice import version_words
from pages.measure.promotion_effects.coefficients import coefficients_of
from pages.measure.promotion_effects.view import EffectsView, tables_of
from pages.shared.actions import user_errors
from pages.shared.formatting import moment
from pages.shared.layout import card, chart

DISCOUNTS_PCT = (5, 10, 20, 30)
SHOWN = {
    "department": "Department",
    "channel": "Sales channel",
    "discount_band": "Discount, %",
    "uplift_sales_pct_before": "Uplift before",
    "uplift_sales_pct_now": "Uplift now",
    "uplift_sales_pct_change": "Change",
    "sample_size_before": "Promo days before",
    "sample_size_now": "Promo days now",
}


def show_versions(view: EffectsView, person: Person, known: tuple[PromoModelInfo, ...]) -> None:
    """The list of versions and the comparison with one of them."""
    st.dataframe(_list(known), hide_index=True, alt="Every learned version")
    others = {info.version: info for info in known if info.version != view.info.version}
    if not others:
        st.caption("There is one version so far. After the next sales, learn again and compare here.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        before = st.selectbox(
            f"Compare version {view.info.version} with",
            list(others),
            format_func=lambda number: version_words(others[number]),
            key="effects_before",
            width=280,
        )
        discount = st.segmented_control(
            "At a discount of",
            DISCOUNTS_PCT,
            default=20,
            required=True,
            format_func=lambda pct: f"{pct} %",
            key="effects_at",
        )
    with user_errors():
        _drawn(view, others[before], discount)
    _tabled(view, person, others[before])


def _drawn(view: EffectsView, before: PromoModelInfo, discount: int) -> None:
    then, now = (_at(tables.curves, discount, view.geo) for tables in (tables_of(before), view.tables))
    with card(key="versions_card"):
        st.markdown("**Uplift then and now**")
        figure = charts.two_versions(then, now, _names(view, before), discount)
        chart(figure, key="effects_versions")


def _names(view: EffectsView, before: PromoModelInfo) -> tuple[str, str]:
    return f"Version {before.version}", f"Version {view.info.version}"


def _tabled(view: EffectsView, person: Person, before: PromoModelInfo) -> None:
    project_id = view.project.project_id
    tables = [coefficients_of(person, project_id, info) for info in (before, view.info)]
    percent = st.column_config.NumberColumn(format="%+.1f %%")
    st.dataframe(
        changes_between(tables[0], tables[1])[list(SHOWN)].rename(columns=SHOWN),
        hide_index=True,
        column_config={"Uplift before": percent, "Uplift now": percent, "Change": percent},
        alt="Coefficients of " + " and ".join(_names(view, before)),
    )


def _at(curves: pd.DataFrame, discount: int, geo: str) -> pd.DataFrame:
    return curves[(curves["discount_pct"] == discount) & (curves["geo"] == geo)]


def _list(known: tuple[PromoModelInfo, ...]) -> pd.DataFrame:
    rows = [(info.version, moment(info.created_at), METHOD_WORDS[info.method], info.note) for info in known]
    return pd.DataFrame(rows, columns=["Version", "Learned", "Baseline", "Note"])
