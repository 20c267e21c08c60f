"""The verdict on a promotion: every issue with its fix, worst first, a status and a score."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import UserError
from core.promo.scenarios.checks import findings
from core.promo.scenarios.fixes import Seeker
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.projection import standing_of
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings
from core.promo.scenarios.verdict import Issue, IssueSeverity, Verdict, VerdictStatus


def validate(scenario: PromoScenario, kpis: PromoKpis, settings: PromoSettings) -> Verdict:
    """The verdict on a promotion with the figures of `evaluate`.

    Each issue's fix was tried on the expected figures and ends it. UserError for figures of other lines.
    """
    _refuse_others(scenario, kpis)
    seeker = Seeker(scenario, kpis, settings)
    issues = []
    for found, check in findings(standing_of(scenario, kpis), settings):
        fix, words = seeker.fix_of(found, check)
        issues.append(Issue(found.type, found.severity, found.message, words, found.department, fix))
    order = list(IssueSeverity)
    return verdict_on(sorted(issues, key=lambda issue: order.index(issue.severity)), settings)


def verdict_on(issues: Sequence[Issue], settings: PromoSettings) -> Verdict:
    """Status and score of issues: 100 less points for each by severity, not below 0."""
    points = {
        IssueSeverity.CRITICAL: settings.critical_points, IssueSeverity.HIGH: settings.high_points,
        IssueSeverity.MEDIUM: settings.medium_points, IssueSeverity.LOW: settings.low_points,
    }  # fmt: skip
    score = max(100 - sum(points[issue.severity] for issue in issues), 0)
    blocked = any(issue.severity.blocks for issue in issues)
    status = VerdictStatus.BLOCK if blocked else VerdictStatus.WARN if issues else VerdictStatus.PASS
    return Verdict(status, score, tuple(issues))


def _refuse_others(scenario: PromoScenario, kpis: PromoKpis) -> None:
    asked = [(line.department, line.channel, line.discount_pct, line.segments) for line in scenario.mechanics]
    known = [(line.department, line.channel, line.discount_pct, line.segments) for line in kpis.lines]
    dates = (scenario.start, scenario.end) == (kpis.period_start, kpis.period_end)
    if sorted(asked) != sorted(known) or not dates:
        raise UserError("These figures belong to other lines or days: evaluate the promotion again first.")
