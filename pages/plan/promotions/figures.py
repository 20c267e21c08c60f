"""The answer to what lies on the table: the promotion, its figures and its verdict, or what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.errors import UserError
from core.promo.scenarios.draft import PromoDraft
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.validate import apply_fix, validate
from core.promo.scenarios.verdict import Issue, Verdict, VerdictStatus
from pages.plan.shared_promo.cached import forecast
from pages.plan.shared_promo.context import PromoContext

MOST_FIXES = 24


@dataclass(frozen=True)
class ScenarioFigures:
    """`left_out` are faults of lines that do not count yet; with them nothing can be saved."""

    scenario: PromoScenario
    kpis: PromoKpis
    verdict: Verdict
    left_out: tuple[str, ...] = ()

    @property
    def blocked(self) -> bool:
        """Whether the promotion must not run as it is."""
        return self.verdict.status == VerdictStatus.BLOCK


def figures_of(draft: PromoDraft, ground: PromoContext) -> ScenarioFigures:
    """The figures of the draft; what is not finished is left out while the rest stands. UserError with every
    fault where nothing can be computed."""
    try:
        return answered(draft.scenario(), ground)
    except UserError as error:
        sound = draft.sound
        if sound == draft or not sound.lines:
            raise
        try:
            found = answered(sound.scenario(), ground)
        except UserError:
            raise error from None
        return replace(found, left_out=tuple(error.faults))


def answered(scenario: PromoScenario, ground: PromoContext) -> ScenarioFigures:
    """Figures and verdict of a promotion."""
    expected = forecast(ground.info, scenario.start, scenario.end)
    kpis = evaluate(scenario, ground.model.baseline, ground.model.uplift, ground.settings, forecast=expected)
    return ScenarioFigures(scenario, kpis, validate(scenario, kpis, ground.settings))


def cured(figures: ScenarioFigures, issue: Issue, ground: PromoContext) -> PromoScenario:
    """The promotion after one fix."""
    assert issue.fix is not None
    return apply_fix(figures.scenario, issue.fix, ground.settings)


def all_cured(figures: ScenarioFigures, ground: PromoContext) -> PromoScenario:
    """The promotion after every fix, one after another: each is chosen for what the last one left."""
    now = figures
    for _ in range(MOST_FIXES):
        issue = next((issue for issue in now.verdict.issues if issue.fix is not None), None)
        if issue is None:
            break
        now = answered(cured(now, issue, ground), ground)
    return now.scenario
