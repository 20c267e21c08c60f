"""What a promotion being typed brings: its KPIs and verdict, or what is wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from core.errors import UserError
from core.promo.model_files import PromoModel
from core.promo.scenarios.draft import PromoDraft
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings
from core.promo.scenarios.validate import apply_fix, validate
from core.promo.scenarios.verdict import Issue, Verdict, VerdictStatus

MAX_FIXES = 24


@dataclass(frozen=True)
class ScenarioOutcome:
    """`left_out` are faults of lines that do not count yet; with them nothing can be saved."""

    scenario: PromoScenario
    kpis: PromoKpis
    verdict: Verdict
    left_out: tuple[str, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether the promotion must not run as it is."""
        return self.verdict.status == VerdictStatus.BLOCK


@dataclass(frozen=True)
class Evaluator:
    """A model with the project's settings; `forecast` gives the sales without promotions from one day to
    another, by day and cell."""

    model: PromoModel
    settings: PromoSettings
    forecast: Callable[[dt.date, dt.date], pd.DataFrame]

    def outcome(self, scenario: PromoScenario) -> ScenarioOutcome:
        """KPIs and verdict of a promotion. UserError as in `evaluate`."""
        expected = self.forecast(scenario.start, scenario.end)
        kpis = evaluate(scenario, self.model.baseline, self.model.uplift, self.settings, forecast=expected)
        return ScenarioOutcome(scenario, kpis, validate(scenario, kpis, self.settings))

    def draft_outcome(self, draft: PromoDraft) -> ScenarioOutcome:
        """The outcome of the draft's complete lines, the others named in `left_out`. UserError with every
        fault where nothing can be computed."""
        try:
            return self.outcome(draft.scenario())
        except UserError as error:
            complete = draft.complete
            if complete == draft or not complete.lines:
                raise
            try:
                outcome = self.outcome(complete.scenario())
            except UserError:
                raise error from None
            return replace(outcome, left_out=tuple(error.faults))

    def fixed(self, scenario: PromoScenario, issue: Issue) -> PromoScenario:
        """The promotion after one fix."""
        assert issue.fix is not None
        return apply_fix(scenario, issue.fix)

    def all_fixed(self, outcome: ScenarioOutcome) -> PromoScenario:
        """The promotion after every fix, one after another: each is chosen for what the last one left."""
        for _ in range(MAX_FIXES):
            issue = next((issue for issue in outcome.verdict.issues if issue.fix is not None), None)
            if issue is None:
                break
            outcome = self.outcome(self.fixed(outcome.scenario, issue))
        return outcome.scenario
