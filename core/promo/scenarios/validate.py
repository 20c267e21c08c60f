"""The verdict on a promotion: every issue with its fix, worst first, a status and a score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.errors import UserError
from core.promo.scenarios.checks import Check, CheckResult, findings
from core.promo.scenarios.kpis import Kpi, PromoKpis
from core.promo.scenarios.projection import Projection, projection_at, projection_of
from core.promo.scenarios.scenario import LineKey, Mechanic, PromoScenario, without
from core.promo.scenarios.settings import PromoSettings
from core.promo.scenarios.verdict import Fix, FixKind, Issue, IssueSeverity, LineFix, Verdict, VerdictStatus

Discounts = Mapping[LineKey, float]
MOST_NAMED = 3  # lines that a sentence names one by one
PARTS = np.linspace(0.95, 0.0, 20)  # of all discounts, when no single line is enough


def apply_fix(scenario: PromoScenario, fix: Fix) -> PromoScenario:
    """The promotion with the fix applied. A discount is lowered, never raised; the last line is not dropped
    but set to 0 %, for a promotion needs one."""
    if fix.kind == FixKind.SHORTEN and fix.end is not None:
        return replace(scenario, end=max(min(fix.end, scenario.end), scenario.start))
    if fix.kind == FixKind.LEGAL_TEXT:
        return replace(scenario, legal_text=fix.text)
    if fix.kind == FixKind.WORDING:
        lines = tuple(replace(line, notes=without(line.notes, fix.text)) for line in scenario.mechanics)
        label = without(scenario.label, fix.text) or f"{scenario.start} – {scenario.end}"
        return replace(scenario, label=label, mechanics=lines)
    lowered = _at(scenario, {line.key: line.discount_pct or 0.0 for line in fix.lines})
    dropped = {line.key for line in fix.lines if line.discount_pct is None}
    left = tuple(line for line in lowered.mechanics if line.key not in dropped)
    return replace(lowered, mechanics=left or lowered.mechanics[:1])


def _at(scenario: PromoScenario, wanted: Discounts) -> PromoScenario:
    lines = [
        replace(line, discount_pct=min(line.discount_pct, wanted.get(line.key, line.discount_pct)))
        for line in scenario.mechanics
    ]
    return replace(scenario, mechanics=tuple(lines))


@dataclass(frozen=True)
class FixFinder:
    """Looks for the change that ends a finding."""

    scenario: PromoScenario
    kpis: PromoKpis
    settings: PromoSettings

    def fix_of(self, found: CheckResult, check: Check) -> tuple[Fix, str]:
        """A fix and its text. Of discounts: the largest of one line that cures it, of the line that keeps
        most sales; else the largest part of all their discounts."""
        if found.fix == FixKind.SHORTEN:
            end = self.scenario.start + dt.timedelta(days=int(found.detail) - 1)
            return Fix(FixKind.SHORTEN, end=end), f"End on {end:%-d %B %Y}."
        if found.fix == FixKind.LEGAL_TEXT:
            text = legal_words(self.scenario)
            return Fix(FixKind.LEGAL_TEXT, text=text), f"Insert “{text}”"
        if found.fix == FixKind.WORDING:
            return Fix(FixKind.WORDING, text=found.detail), f"Take “{found.detail}” out."
        alone = [self._alone(found, check, key) for key in found.lines]
        cured = [wanted for wanted in alone if wanted is not None]
        best = max(cured, key=self._sales) if cured else self._together(found, check)
        lines = tuple(
            LineFix(key[0], key[1], discount or None, self._line(key).segments)
            for key, discount in best.items()
        )
        return Fix(FixKind.DISCOUNTS, lines), self._text(lines)

    def _text(self, changes: tuple[LineFix, ...]) -> str:
        """What changes, line by line; of many lines the most that any keeps."""
        if len(changes) > MOST_NAMED:
            most = max(change.discount_pct or 0.0 for change in changes)
            alike = f"Lower {len(changes)} discounts alike, to at most {most:g} %."
            return alike if most else f"Drop all {len(changes)} lines."
        parts = []
        for change in changes:
            line = self._line(change.key)
            label = line.label if line.for_all else f"{line.label} ({', '.join(line.segments)})"
            lower = f"Lower {label} from {line.discount_pct:g} % to {change.discount_pct or 0:g} %."
            parts.append(f"Drop {label}." if change.discount_pct is None else lower)
        return " ".join(parts)

    def _line(self, key: LineKey) -> Mechanic:
        return next(line for line in self.scenario.mechanics if line.key == key)

    def _alone(self, found: CheckResult, check: Check, key: LineKey) -> Discounts | None:
        """The largest discount of one line, the others kept, that ends the finding; None where even dropping
        it does not. The finding eases as the discount falls, so that halving finds the edge."""
        now, step = self._line(key).discount_pct, self.settings.discount_step_pct
        grid = {round(place * step, 6) for place in range(int(now / step) + 1)}
        tried = {*grid, 0.0, self.settings.cap_pct(key[0])}
        steps = sorted(value for value in tried if value < now or value == 0)
        if not self._cures(found, check, {key: steps[0]}):
            return None
        passing, failing = 0, len(steps)
        while failing - passing > 1:
            middle = (passing + failing) // 2
            if self._cures(found, check, {key: steps[middle]}):
                passing = middle
            else:
                failing = middle
        return {key: steps[passing]}

    def _together(self, found: CheckResult, check: Check) -> Discounts:
        """All lines lowered alike, as little as cures; the last resort drops them."""
        step = self.settings.discount_step_pct
        for part in PARTS:
            wanted = {key: int(self._line(key).discount_pct * part / step) * step for key in found.lines}
            if self._cures(found, check, wanted):
                return wanted
        return dict.fromkeys(found.lines, 0.0)

    def _cures(self, found: CheckResult, check: Check, wanted: Discounts) -> bool:
        if self.kpis.response is None:
            return all(discount == 0 for discount in wanted.values()) and set(wanted) == set(found.lines)
        return all(other.key != found.key for other in check(self._projection(wanted), self.settings))

    def _projection(self, wanted: Discounts) -> Projection:
        assert self.kpis.response is not None
        return projection_at(_at(self.scenario, wanted), self.kpis.response, self.kpis.historical_ranges)

    def _sales(self, wanted: Discounts) -> float:
        return 0.0 if self.kpis.response is None else self._projection(wanted).totals[Kpi.SALES]


def legal_words(scenario: PromoScenario) -> str:
    """A legal text to begin with, for a promotion that has none."""
    span = f"{scenario.start:%-d %B} to {scenario.end:%-d %B %Y}"
    return f"Offer valid from {span}, while stocks last. Terms and conditions apply."


def validate(scenario: PromoScenario, kpis: PromoKpis, settings: PromoSettings) -> Verdict:
    """The verdict on a promotion with the figures of `evaluate`.

    Each issue's fix was tried on the expected figures and ends it. UserError for figures of other lines.
    """
    asked = [(line.key, line.discount_pct) for line in scenario.mechanics]
    known = [(line.key, line.discount_pct) for line in kpis.lines]
    dates = (scenario.start, scenario.end) == (kpis.period_start, kpis.period_end)
    if sorted(asked) != sorted(known) or not dates:
        raise UserError("These figures belong to other lines or days: evaluate the promotion again first.")
    finder = FixFinder(scenario, kpis, settings)
    issues = []
    for found, check in findings(projection_of(scenario, kpis), settings):
        fix, words = finder.fix_of(found, check)
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
