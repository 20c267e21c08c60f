"""What a comparison says: the verdict, the figures side by side, and the channels in dispute."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

from core.charts.formats import MISSING, Wording, percent
from core.mmm.comparison.charts import channels_by_model, share_by_fold
from core.mmm.comparison.comparability import Criterion
from core.mmm.comparison.models import ModelComparison
from pages.measure.compare.view import CompareView
from pages.shared.escape import plain
from pages.shared.formatting import day
from pages.shared.layout import chart, section

_CRITERIA = {
    Criterion.FOLDS: "Past forecasts",
    Criterion.HOLDOUT: "Held-out periods",
    Criterion.LOO: "Leave-one-out",
}


def show_verdict(comparison: ModelComparison) -> None:
    """Which model to use, and by what, in plain sentences."""
    found = comparison.verdict
    show = st.success if found.best and found.clear else st.info
    first, *others = found.sentences
    text = f"**{plain(first)}**" + "".join(f"\n\n{plain(sentence)}" for sentence in others)
    show(text, icon=":material/trophy:" if found.best and found.clear else ":material/balance:")


def show_scores(view: CompareView) -> None:
    """Every figure of merit, one column a model, and why some cannot be compared."""
    comparison = view.comparison
    assert comparison is not None
    section("Side by side")
    columns = {label: _column(comparison, label, view.wording) for label in comparison.labels}
    table = pd.DataFrame(columns).rename_axis("Figure")
    st.dataframe(
        table,
        key="compare_scores",
        height=38 + 35 * len(table),
        placeholder=MISSING,
        alt="Models side by side",
    )
    for criterion, own in comparison.comparability.items():
        if not own.holds:
            st.caption(f":material/info: **{_CRITERIA[criterion]}** not compared: {plain(own.why)}")
    st.caption(
        "CRPS is the error of the whole forecast in units of the KPI, lower is better. Forecasts of later "
        "periods decide; leave-one-out (LOO) looks at neighbours in time and only gives a hint."
    )


def _column(comparison: ModelComparison, label: str, wording: Wording) -> dict[str, str]:
    row: dict[str, Any] = comparison.scores.loc[label].to_dict()
    found = comparison.summaries.get(label)
    own = "" if comparison.comparability[Criterion.FOLDS].holds else " (own slices)"
    held = comparison.comparability[Criterion.HOLDOUT].holds
    return {
        "Past forecasts: CRPS": f"{wording.kpi(row['fold_crps'])}{own}" if found else MISSING,
        "Better than repeating the past by": percent(row["fold_skill"]),
        "wMAPE of past forecasts": percent(row["fold_wmape"], 1),
        "90 % intervals held": percent(row["fold_coverage"]),
        "Held-out periods: CRPS": wording.kpi(row["holdout_crps"]) if held else MISSING,
        "LOO behind the best": _loo_words(row),
        "Shaky periods in LOO": percent(row["loo_bad_share"], 1),
        "R² in sample": f"{row['r2']:.3f}",
        "wMAPE in sample": percent(row["wmape"], 1),
        "Converged": "yes" if row["converged"] else "no",
        "R-hat": f"{row['max_rhat']:.3f}",
        "Effective draws": f"{row['min_ess_bulk']:,.0f}",
        "Divergences": f"{row['divergences']:,.0f}",
    }


def _loo_words(row: dict[str, Any]) -> str:
    if math.isnan(row["loo_behind"]):
        return MISSING
    if row["loo_behind_se"] == 0:
        return "the best"
    return f"{row['loo_behind']:.1f} ± {row['loo_behind_se']:.1f}"


def show_channels(view: CompareView) -> None:
    """What each model says of every channel, the most disputed on top: chart and table."""
    comparison = view.comparison
    assert comparison is not None
    span = comparison.span
    dates = f"{day(span.start.date())} to {day(span.end.date())}, " if span else "each over its own data, "
    section("What they say of each channel", f"{dates}{percent(view.level)} intervals; disputed ones on top.")
    order, figures = list(comparison.disputes["channel"]), ["roas", "contribution"]
    names = {"roas": view.wording.return_name, "contribution": f"Contribution to {view.wording.kpi_label}"}
    name = st.segmented_control(
        "Figure", figures, default="roas", required=True, format_func=names.__getitem__,
        key="compare_figure", label_visibility="collapsed", bind="query-params",
    )  # fmt: skip
    with st.container(border=True, key="card_channels_by_model"):
        figure = channels_by_model(comparison.estimates, order, view.wording, name or "roas", view.level)
        chart(figure, key=f"channels_by_model_{name}", height=int(figure.layout.height))
    with st.expander("The figures behind it", icon=":material/table_view:"):
        rows = []
        for dispute in comparison.disputes.to_dict("records"):
            own = comparison.estimates[comparison.estimates["channel"] == dispute["channel"]].set_index(
                "model"
            )
            row = {"Channel": view.wording.label(dispute["channel"])}
            for label in comparison.labels:
                there = label in own.index
                row[label] = (
                    _estimate(own.loc[label].to_dict(), dispute["figure"], view.wording) if there else MISSING
                )
            judged = "apart" if dispute["apart"] else "agree"
            rows.append(row | {"Intervals": judged if dispute["models"] > 1 else "only one model has it"})
        table = pd.DataFrame(rows)
        st.dataframe(table, hide_index=True, key="disputes", placeholder=MISSING, alt="Channels by model")


def _estimate(row: dict[str, Any], figure: str, wording: Wording) -> str:
    write = wording.per_money if figure == "roas" else wording.kpi
    mean, low, high = (write(float(row[f"{figure}{side}"])) for side in ("", "_lower", "_upper"))
    return mean if mean == MISSING else f"{mean} ({low} to {high}), {percent(float(row['share']), 1)} of KPI"


def show_setup(view: CompareView) -> None:
    """The settings in which the models differ; nothing where only their data do."""
    assert view.comparison is not None
    table = view.comparison.setup
    if table.empty:
        return
    section("What differs in the set-up")
    st.dataframe(table.rename_axis("Setting"), key="compare_setup", alt="Settings that differ between models")


def show_stability(view: CompareView) -> None:
    """For each checked model, how far its channels move from slice to slice."""
    checked = {label: check for label in view.models if (check := view.check(label)) and check.summary}
    if not checked:
        return
    section(
        "How steady the channels are",
        "The same periods, seen from each slice: what moves depends on when one looks.",
    )
    with st.grid(2, min_column_width=420):
        for label, check in checked.items():
            found = check.summary
            assert found is not None
            with st.container(border=True, height="stretch", key=f"card_steady:{check.model_id}"):
                st.markdown(f"**{plain(label)}**")
                st.caption(plain(_steady_words(found.unsteady, len(found.slices), view.wording)))
                figure = share_by_fold(found.stability, view.wording)
                chart(figure, key=f"steady_{check.model_id}", height=int(figure.layout.height))


def _steady_words(unsteady: tuple[str, ...], slices: int, wording: Wording) -> str:
    if slices < 2:
        return "One slice alone says nothing about steadiness."
    if not unsteady:
        return "In every slice each channel's share lies where the other slices put it."
    names = ", ".join(wording.label(name) for name in unsteady)
    return f"Unsteady: {names}. Its share in one slice lies outside the interval of another."
