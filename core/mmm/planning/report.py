"""One plan as a report: what its workbook, slides, page and picture are made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from core.charts.formats import KpiTile, Wording, probability
from core.mmm.optimiser.limit import LimitKind
from core.mmm.planning import plan_text
from core.mmm.planning.answers import BudgetAnswer, WhatIfAnswer
from core.mmm.planning.budget_inputs import BudgetInputs, PlanKind
from core.mmm.planning.limit_text import limits_in_force
from core.mmm.planning.saved_plan import PlanOrigin
from core.mmm.planning.schedule import Schedule, schedule_of
from core.mmm.planning.whatif_inputs import ALL_GEOS, WhatIfInputs
from core.mmm.planning.why import Answer, Why, why_of
from core.mmm.results.method import FORMULA_WORDS

MOST_PRICES = 12


@dataclass(frozen=True)
class PlanTitle:
    """Whose plan it is, what people noted about it, and when this report was made; `status` is empty unless
    the plan is frozen.
    """

    project: str
    name: str
    made_on: dt.date
    status: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class PlanReport:
    """A budget plan or a spend scenario with its question, answer and assumptions.

    `question_text` is the question in words, `answer_text` the answer; `horizon` the dates; `before` and
    `after` are the names of what is compared.
    """

    kind: PlanKind
    title: PlanTitle
    wording: Wording
    answer: Answer
    schedule: Schedule
    why: Why
    question_text: str
    answer_text: str
    horizon: str
    assumptions: tuple[str, ...]
    before: str
    after: str

    @property
    def level(self) -> float:
        """The level of all intervals."""
        return self.why.level

    @property
    def interval_words(self) -> str:
        """'90 % interval'."""
        return f"{self.level * 100:.0f} % interval"

    @property
    def method(self) -> tuple[str, ...]:
        """How the numbers were computed, in sentences."""
        origin = self.why.origin
        return (
            FORMULA_WORDS,
            f"Model: {origin.model_words}, trained {origin.trained_on}, seed {self.why.seed}"
            + ("." if origin.converged else "; it has not converged, so its figures may be far off."),
            f"Data: {origin.data_words}.",
            f"Every figure is computed in each of {self.why.count} posterior draws of the model; shown are "
            f"the mean and the {self.interval_words}. Differences are taken draw by draw.",
        )

    def kpi_tiles(self) -> tuple[KpiTile, ...]:
        """The four numbers on top of every report."""
        answer, words = self.answer, self.wording
        money = sum(outcome.before_value for outcome in answer.channels)
        roas = answer.roas
        returns = (words.per_money(roas.mean), f"{words.per_money(roas.lower)} to "
                   f"{words.per_money(roas.upper)}") if roas else ("–", "nothing is spent")  # fmt: skip
        gap = answer.difference
        odds = (
            f"{plan_text.signed(gap.lower, words)} to {plan_text.signed(gap.upper, words)}; better: "
            f"{probability(answer.probability_better)}"
        )
        same = gap.lower == gap.upper == 0
        return (
            KpiTile("Spend", words.money(answer.total_value), f"{self.before}: {words.money(money)}"),
            KpiTile(
                f"Caused {words.kpi_label}",
                words.kpi(answer.kpi.mean),
                plan_text.interval_text(answer.kpi, words),
            ),
            KpiTile(
                f"Against {self.before.lower()}",
                plan_text.signed(gap.mean, words),
                "unchanged" if same else odds,
            ),
            KpiTile(words.return_name, *returns),
        )

    def facts(self) -> list[tuple[str, str]]:
        """What heads every table: names, model, data, horizon, question and answer."""
        origin, title = self.why.origin, self.title
        every = [
            ("Project", title.project), ("Scenario" if self.kind == PlanKind.WHATIF else "Plan", title.name),
            ("Status", title.status), ("Model", f"{origin.model_words}, trained {origin.trained_on}"),
            ("Data", origin.data_words), ("Horizon", self.horizon), ("Asked for", self.question_text),
            ("Answer", self.answer_text), ("Note", title.note), ("Made on", f"{title.made_on:%Y-%m-%d}"),
        ]  # fmt: skip
        return [(name, text) for name, text in every if text]


def budget_report(
    title: PlanTitle, answer: BudgetAnswer, inputs: BudgetInputs, wording: Wording, origin: PlanOrigin
) -> PlanReport:
    """The report of an optimised budget."""
    outcome = plan_text.outcome_sentence(answer, inputs, wording)
    text = f"{outcome} {plan_text.plan_sentence(answer, wording, inputs.level)}"
    rows = answer.geo_schedule or answer.schedule
    schedule = schedule_of(rows, [outcome.channel for outcome in answer.channels])
    return PlanReport(
        kind=PlanKind.BUDGET,
        title=title,
        wording=wording,
        answer=answer,
        schedule=schedule,
        why=why_of(answer, inputs.level, origin, limits_in_force(inputs, answer, wording)),
        question_text=plan_text.goal_sentence(inputs, wording),
        answer_text=text.strip(),
        horizon=plan_text.horizon_text(answer.start_on, answer.end_on, inputs.periods, wording.period),
        assumptions=answer.notes,
        before=plan_text.split_label(answer.reference).capitalize(),
        after="Plan",
    )


def whatif_report(
    title: PlanTitle, answer: WhatIfAnswer, inputs: WhatIfInputs, wording: Wording, origin: PlanOrigin
) -> PlanReport:
    """The report of a spend scenario."""
    return PlanReport(
        kind=PlanKind.WHATIF,
        title=title,
        wording=wording,
        answer=answer,
        schedule=whatif_schedule(inputs),
        why=why_of(answer, inputs.level, origin),
        question_text="",
        answer_text=plan_text.scenario_sentence(answer, wording, inputs.level)
        if plan_text.changes(answer)
        else "As recently.",
        horizon=plan_text.horizon_text(answer.start_on, answer.end_on, inputs.periods, wording.period),
        assumptions=answer.assumptions,
        before="Recent spend",
        after="Scenario",
    )


def whatif_schedule(inputs: WhatIfInputs) -> Schedule:
    """The money of a spend scenario by date and channel, and by geo where each has its own."""
    if not inputs.geos:
        return Schedule(inputs.frame)
    frames = {geo: inputs.frame_of(geo) for geo in inputs.spend if geo != ALL_GEOS}
    stacked = pd.concat(frames, names=["geo"]).swaplevel().sort_index(level="date", sort_remaining=False)
    return Schedule(stacked)


def limit_prices(report: PlanReport) -> list[tuple[str, float]]:
    """Limits in money that the plan runs into, with what one more unit at each would bring, the dearest
    first; at most a dozen."""
    if not isinstance(report.answer, BudgetAnswer):
        return []
    found = []
    for binding in report.answer.bindings:
        if binding.of_total:
            continue
        name = report.wording.label(binding.name) if binding.side != "total" else "Budget"
        name += f" in {binding.geo}" if binding.geo else ""
        name += f" in any one {report.wording.period}" if binding.about == LimitKind.PERIOD else ""
        name += f", {binding.side}" if binding.side != "total" else ""
        found.append((name, float(binding.price)))
    return sorted(found, key=lambda row: -abs(row[1]))[:MOST_PRICES]
