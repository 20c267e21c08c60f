"""The tab that says how far to trust the model, and how everything was computed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.charts.formats import MISSING, percent
from core.errors import UserError
from core.mmm import charts
from core.mmm.quick_fit.result import differences
from core.mmm.results.evidence import NAN
from core.mmm.results.judgement import FitThresholds, Trust
from core.mmm.results.lift_comparison import lift_comparison
from core.mmm.results.method import FORMULA, run_table
from pages.measure.model.quick_fit import draft_of_model, draft_table
from pages.measure.results.chart import chart_card
from pages.shared.escape import plain
from pages.shared.layout import KpiCard, kpi_row, section
from pages.shared.model_view import ModelView

THRESHOLDS = FitThresholds()


def show_diagnostics(view: ModelView) -> None:
    """Verdict, figures of merit, residuals, what the data taught, warnings."""
    _verdict(view)
    _figures(view.model.diagnostics, view)
    height = max(300, 80 + 36 * len(view.model.config.channels))
    with st.grid(2, min_column_width=420):
        chart_card(
            view,
            "What the model did not explain",
            lambda: charts.residuals(view.cut(view.lines.fitted), view.wording, view.level).update_layout(
                height=height
            ),
            lambda: view.cut(view.lines.fitted),
            key="residuals",
            note="Actual minus model. Orange: outside the interval.",
        )
        chart_card(
            view,
            "What the data taught",
            lambda: charts.contraction(_learned(view), view.wording).update_layout(height=height),
            lambda: _learned(view),
            key="contraction",
            note="At 0 % a figure only repeats what was assumed before the data.",
        )
    _lift_tests(view)
    _notes(view)
    _parameters(view.model.diagnostics)


def _verdict(view: ModelView) -> None:
    found = view.summary.judgement
    show = {Trust.GOOD: st.success, Trust.CARE: st.warning, Trust.NONE: st.error}[found.trust]
    lines = [f"**{found.trust}**"]
    if not found.reasons:
        lines.append("The sampler converged, the fit is close and the data spoke about every channel.")
    for reason in found.reasons:
        lines.append(f"- {plain(reason.statement)} *What to do: {plain(reason.cure)}*")
    show("\n\n".join(lines[:1]) + "\n\n" + "\n".join(lines[1:]))


def _figures(diagnostics: dict[str, Any], view: ModelView) -> None:
    tails = _number(diagnostics, "min_ess_tail", 0)
    kpi_row(
        [
            *[
                KpiCard(
                    "R-hat",
                    _number(diagnostics, "max_rhat", 3),
                    f"good below {THRESHOLDS.good_rhat:.2f}",
                    help="Do the chains agree? The largest over all parameters.",
                ),
                KpiCard(
                    "Effective draws",
                    _number(diagnostics, "min_ess_bulk", 0),
                    f"tails {tails}; good from {THRESHOLDS.good_ess:.0f}",
                ),
                KpiCard(
                    "Divergences", _number(diagnostics, "divergences", 0), f"good at {THRESHOLDS.divergences}"
                ),
            ],
            *_fit_cards(diagnostics, view),
        ]
    )


def _fit_cards(diagnostics: dict[str, Any], view: ModelView) -> list[KpiCard]:
    held, words = diagnostics.get("holdout") or {}, view.wording
    inside, outside = (words.kpi(values.get("crps", NAN)) for values in (diagnostics, held))
    return [
        KpiCard(
            "R²",
            _number(diagnostics, "r2", 3),
            _unseen(held, _number(held, "r2", 3)),
            help="Share of the KPI's ups and downs that is explained.",
        ),
        KpiCard(
            "MAPE",
            _share(diagnostics, "mape"),
            _unseen(held, _share(held, "mape")),
            help="The mean error in percent of the KPI.",
        ),
        KpiCard(
            "wMAPE",
            _share(diagnostics, "wmape"),
            _unseen(held, _share(held, "wmape")),
            help="The sum of all errors over the sum of the KPI.",
        ),
        KpiCard(
            "CRPS",
            inside,
            _unseen(held, outside),
            help="Error of the whole forecast distribution in units of the KPI; lower is better.",
        ),
        _held_out(held, words.period),
    ]


def _unseen(held: dict[str, Any], value: str) -> str | None:
    """The same figure on what was held out; nothing where nothing was."""
    return f"unseen: {value}" if held else None


def _held_out(held: dict[str, Any], period: str) -> KpiCard:
    if not held:
        return KpiCard("Held out", MISSING, "nothing was held out")
    return KpiCard("Held out", str(held["periods"]), f"the last {held['periods']} {period}s")


def _number(values: dict[str, Any], name: str, digits: int) -> str:
    value = values.get(name)
    return MISSING if value is None else f"{value:,.{digits}f}"


def _share(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return MISSING if value is None else percent(value, 1)


def _learned(view: ModelView) -> pd.DataFrame:
    taught = view.model.diagnostics.get("contraction") or {}
    return pd.DataFrame({"channel": list(taught), "contraction": list(taught.values())})


def _lift_tests(view: ModelView) -> None:
    """Each experiment beside what the model says it should have measured."""
    if not view.model.config.lift_tests:
        return
    words = view.wording
    section("Lift tests", f"Totals over each window, {view.level * 100:.0f} % interval of the model.")
    rows = [
        {
            "Channel": words.label(row["channel"]),
            "Window": f"{row['start']} to {row['end']}",
            "Test measured": f"{words.kpi(row['measured'])} ± {words.kpi(row['measured_sd'])}",
            "Model says": f"{words.kpi(row['model'])} ({words.kpi(row['model_lower'])} to "
            f"{words.kpi(row['model_upper'])})",
            "They": "agree" if abs(row["apart"]) < THRESHOLDS.lift_disagreement else "disagree",
        }
        for row in lift_comparison(view.model, view.level).to_dict("records")
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="lift_answers", alt="Lift tests and the model")


def _notes(view: ModelView) -> None:
    notes = view.summary.judgement.notes
    if notes:
        section("Worth knowing")
    for note in notes:
        st.markdown(f":material/info: {plain(note.advice)}")


def _parameters(diagnostics: dict[str, Any]) -> None:
    table = diagnostics.get("parameters")
    if not table:
        return
    with st.expander("Convergence of every parameter", icon=":material/functions:"):
        frame = pd.DataFrame(table).T.rename_axis("Parameter").reset_index()
        frame = frame.rename(columns={"rhat": "R-hat", "ess_bulk": "ESS bulk", "ess_tail": "ESS tail"})
        formats = {"R-hat": st.column_config.NumberColumn(format="%.3f")}
        formats |= {name: st.column_config.NumberColumn(format="%.0f") for name in ("ESS bulk", "ESS tail")}
        st.dataframe(
            frame, hide_index=True, key="parameters", column_config=formats, alt="R-hat and effective draws"
        )


def show_method(view: ModelView, sentences: tuple[str, ...]) -> None:
    """How this was computed: formula, draws, data, seconds, versions."""
    with st.expander(
        "How this was computed", icon=":material/calculate:", key="method", on_change="rerun"
    ) as box:
        if not box.open:
            return
        st.latex(FORMULA)
        for sentence in sentences:
            st.markdown(f"- {plain(sentence)}")
        info = view.info
        origin = f"data set “{info.dataset_name}”, version {info.dataset_version}"
        origin = f"Model no. {info.id} on {origin}, trained by {info.created_by or 'the demo'}."
        st.markdown(f"- {plain(origin)}")
        run = dict((info.results or {}).get("run") or {})
        st.dataframe(
            run_table(view.model.diagnostics, run),
            hide_index=True,
            key="run_table",
            alt="Seconds and versions",
        )


def show_quick_fit_comparison(view: ModelView) -> None:
    """A folded line; the draft is made again when it is opened."""
    label = "How close was the draft?"
    with st.expander(label, icon=":material/draft:", key="draft_distance", on_change="rerun") as box:
        if box.open:
            _distance(view)


def _distance(view: ModelView) -> None:
    results = view.info.results
    if not results:
        return
    try:
        answer = draft_of_model(*view.key[:2], view.model)
    except UserError as problem:
        st.caption(plain(problem.faults[0]))
        return
    found = differences(answer, results["channel_summary"])
    agree, far = int(found["agrees"].sum()), float(found["shift"].abs().max())
    st.markdown(
        plain(
            f"The draft of this set-up, made in {answer.seconds:.1f} s, agrees with the full fit on {agree} "
            f"of {len(found)} channels; its mean is off by {far:.2f} sd of the full fit at most."
        )
    )
    table = draft_table(answer, view.wording, found)
    st.dataframe(table, hide_index=True, key="draft_beside", alt="Draft and full fit by channel")
    st.caption("Shares over all data, 90 % intervals. They agree within half an sd and with intervals alike.")
