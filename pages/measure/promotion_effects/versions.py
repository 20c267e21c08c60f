"""The tab of versions: this one against an earlier one, cell by cell at one discount, and band by band."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.access import Person
from core.database import session
from core.documents.tables import to_csv_bytes, to_xlsx_bytes
from core.promo import charts
from core.promo.charts import METHOD_WORDS
from core.promo.effects import changes_between
from core.promo.store import models
from core.promo.store.models import PromoModelInfo
from pages.measure.promotion_effects.view import EffectsView, tables_of, version_label
from pages.shared.actions import user_errors
from pages.shared.formatting import moment
from pages.shared.layout import Download, card, chart, download_menu

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


COLUMNS = {
    "department": "Department",
    "channel": "Sales channel",
    "discount_band": "Discount, %",
    "uplift_sales_pct": "Uplift of sales",
    "uplift_units_pct": "Uplift of units",
    "margin_impact_pct": "Margin impact, points",
    "confidence": "Confidence",
    "sample_size": "Promo days",
    "model_version": "Version",
}


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_menu(view: EffectsView, person: Person) -> None:
    """The button with the files of this version; each is made when it is asked for."""
    base = f"promotion-effects-{view.info.version}"
    project_id = view.project.project_id

    def table() -> bytes:
        return to_csv_bytes(coefficients_of(person, project_id, view.info))

    def workbook() -> bytes:
        tables = view.tables
        return to_xlsx_bytes(
            {
                "Coefficients": coefficients_of(person, project_id, view.info),
                "Curves": tables.curves,
                "Past promotions": tables.events,
                "After a promotion": tables.dip,
                "Between departments": tables.rivals,
                "Baseline error": tables.errors,
                "Backtest windows": tables.backtest,
            }
        )

    files = [
        Download("Excel workbook", f"{base}.xlsx", XLSX, workbook, ":material/table:"),
        Download("CSV of coefficients", f"{base}.csv", "text/csv", table, ":material/table_view:"),
    ]
    download_menu(view.project, files, "Everything of the version chosen above.", key="effects_export")


def coefficients_of(person: Person, project_id: int, info: PromoModelInfo) -> pd.DataFrame:
    """The rows of `uplift_coefficients` of one version."""
    with session() as s:
        return models.coefficients(s, person, project_id, version=info.version)


def show_coefficients(view: EffectsView, person: Person) -> None:
    """By cell and band of discounts; bands without a promotion of their own are marked as pooled."""
    table = coefficients_of(person, view.project.project_id, view.info)
    names = sorted(table["department"].unique())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect("Departments", names, key="coefficient_departments", placeholder="All")
        own = st.toggle("Only where promotions ran", key="coefficient_own")
    shown = table[table["department"].isin(chosen or names)]
    shown = shown[shown["sample_size"] > 0] if own else shown
    percent = st.column_config.NumberColumn(format="%+.1f %%")
    st.dataframe(
        shown[list(COLUMNS)].rename(columns=COLUMNS),
        hide_index=True,
        column_config={
            "Uplift of sales": percent,
            "Uplift of units": percent,
            "Margin impact, points": st.column_config.NumberColumn(format="%+.1f"),
            "Confidence": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
        },
        alt="Uplift, margin impact and confidence by department, sales channel and band of discounts",
    )
    st.caption(
        "Confidence: the probability that a promotion of this band raises sales (or lowers them, where the "
        "uplift is negative). Without promo days of its own a band shows what the curve of all cells says."
    )


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
            format_func=lambda number: version_label(others[number]),
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
    then, now = (
        (tables.curves[(tables.curves["discount_pct"] == discount) & (tables.curves["geo"] == view.geo)])
        for tables in (tables_of(before), view.tables)
    )
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


def _list(known: tuple[PromoModelInfo, ...]) -> pd.DataFrame:
    rows = [(info.version, moment(info.created_at), METHOD_WORDS[info.method], info.note) for info in known]
    return pd.DataFrame(rows, columns=["Version", "Learned", "Baseline", "Note"])
