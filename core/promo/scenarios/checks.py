"""The rules of promotions: what is wrong with one, and where a cure is to be sought.

A promotion answers for what it changes: a figure that was beyond its limit without any promotion, and is not
worsened, is nobody's fault. A line at 0 % breaks no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.promo.scenarios.kpis import Kpi
from core.promo.scenarios.period import DISCOUNT, UPLIFT, department_key
from core.promo.scenarios.projection import Projection
from core.promo.scenarios.scenario import LineKey, Mechanic, says
from core.promo.scenarios.settings import BrandRuleKind, PromoSettings
from core.promo.scenarios.verdict import FixKind, IssueSeverity, IssueType

EVEN = 1e-9  # what rounding leaves of a figure that does not change


@dataclass(frozen=True)
class CheckResult:
    """One rule broken: `subject` tells it from others of its type; `lines` are the lines whose discounts can
    cure it; `detail` the word or the number of days that the cure needs."""

    type: IssueType
    severity: IssueSeverity
    subject: str
    message: str
    department: str | None = None
    fix: FixKind = FixKind.DISCOUNTS
    lines: tuple[LineKey, ...] = ()
    detail: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The same finding in another projection."""
        return self.type.value, self.subject


Check = Callable[[Projection, PromoSettings], Iterator[CheckResult]]


def findings(projection: Projection, settings: PromoSettings) -> list[tuple[CheckResult, Check]]:
    """Everything that is wrong, with the check that found it."""
    return [(found, check) for check in CHECKS for found in check(projection, settings)]


def discount_limits(projection: Projection, settings: PromoSettings) -> Iterator[CheckResult]:
    """BLOCK: discounts over their department's cap."""
    for line in active(projection):
        cap = settings.cap_pct(line.department)
        if line.discount_pct > cap + EVEN:
            yield CheckResult(
                IssueType.DISCOUNT_LIMIT,
                _grave(line.discount_pct - cap, settings),
                f"cap {line.key}",
                f"{line.label}: the discount of {line.discount_pct:g} % is over the cap of {cap:g} %.",
                line.department,
                lines=(line.key,),
            )


def scenario_margin(projection: Projection, settings: PromoSettings) -> Iterator[CheckResult]:
    """BLOCK: the whole margin under its floor or below nothing; one subject, so that the cure of a loss keeps
    the floor as well."""
    margin, usual = projection.totals[Kpi.MARGIN_PCT], projection.baseline[Kpi.MARGIN_PCT]
    floor, worse = settings.floor_pct(usual), margin < usual - EVEN
    lines = tuple(line.key for line in active(projection))
    if worse and projection.totals[Kpi.MARGIN] < 0:
        message = f"The whole shop would sell at a loss: a margin of {margin:.1f} %."
        yield CheckResult(IssueType.MARGIN_THRESHOLD, IssueSeverity.CRITICAL, "whole", message, lines=lines)
    elif worse and margin < floor - EVEN:
        message = f"The margin would be {margin:.1f} %, under the floor of {floor:.1f} %."
        severity = _grave(floor - margin, settings)
        yield CheckResult(IssueType.MARGIN_THRESHOLD, severity, "whole", message, lines=lines)


def losing_lines(projection: Projection, settings: PromoSettings) -> Iterator[CheckResult]:
    """BLOCK: goods sold below what they cost."""
    for line in active(projection):
        margin_pct = projection.margin_pct[line.key]
        if margin_pct < 0:
            message = f"{line.label}: sold at a loss, with a margin of {margin_pct:.1f} %."
            yield CheckResult(
                IssueType.MARGIN_THRESHOLD, IssueSeverity.CRITICAL, f"loss {line.key}", message,
                line.department, lines=(line.key,),
            )  # fmt: skip


def legal_text(projection: Projection, settings: PromoSettings) -> Iterator[CheckResult]:
    """BLOCK: no legal text, neither of the promotion nor of the project."""
    if not (projection.scenario.legal_text or "").strip() and not settings.legal_text:
        message = "There is no legal text, neither here nor in the project's settings."
        yield CheckResult(
            IssueType.BRAND_COMPLIANCE, IssueSeverity.CRITICAL, "legal", message, fix=FixKind.LEGAL_TEXT
        )


def department_margins(projection: Projection, settings: PromoSettings) -> Iterator[CheckResult]:
    """WARN: a department's margin under its own floor."""
    for name, found in projection.departments.items():
        floor = settings.department_margin_floors_pct.get(name)
        lines = tuple(line.key for line in active(projection) if line.department == name)
        worse = found.margin_pct < found.baseline_margin_pct - EVEN
        if floor is not None and lines and worse and found.margin_pct < floor - EVEN:
            message = f"{name}: the margin would be {found.margin_pct:.1f} %, under its floor of {floor:g} %."
            yield CheckResult(
                IssueType.MARGIN_THRESHOLD, IssueSeverity.MEDIUM, f"floor {name}", message, name, lines=lines
            )


def plausible_lines(projection: Projection, settings: PromoSettings) -> Iterator[CheckResult]:
    """WARN: a discount or an uplift far beyond any of the past."""
    factor, ranges = settings.plausible_factor, projection.historical_ranges
    for line in active(projection):
        tried = {
            DISCOUNT: ("a discount", line.discount_pct),
            UPLIFT: ("an uplift", projection.uplift_pct[line.key]),
        }
        for name, (label, value) in tried.items():
            most = max(ranges.get(name, (0.0, 0.0))[1], 0.0) * factor
            if name in ranges and value > most + EVEN:
                message = (
                    f"{line.label}: {label} of {value:.0f} % is more than {factor:g} times the most ever "
                    f"seen ({most / factor:.0f} %)."
                )
                yield CheckResult(
                    IssueType.KPI_PLAUSIBILITY, IssueSeverity.MEDIUM, f"{name} {line.key}", message,
                    line.department, lines=(line.key,),
                )  # fmt: skip


def plausible_totals(projection: Projection, settings: PromoSettings) -> Iterator[CheckResult]:
    """WARN: sales, units or margin, of the whole or a department's, far outside what was ever seen in as many
    days."""
    lines = tuple(line.key for line in active(projection))
    words = {Kpi.SALES: "The sales", Kpi.UNITS: "The units", Kpi.MARGIN_PCT: "The margin"}
    for kpi, word in words.items():
        value, usual = projection.totals[kpi], projection.baseline[kpi]
        yield from _outside(projection, settings, kpi.value, (value, usual), word, None, lines)
    for name, found in projection.departments.items():
        mine = tuple(key for key in lines if key[0] == name)
        pair = (found.sales_value, found.baseline_sales_value)
        key, word = department_key(name), f"{name}: the sales"
        yield from _outside(projection, settings, key, pair, word, name, mine or lines)


def _outside(
    projection: Projection,
    settings: PromoSettings,
    key: str,
    pair: tuple[float, float],
    word: str,
    department: str | None,
    lines: tuple[LineKey, ...],
) -> Iterator[CheckResult]:
    (value, usual), factor = pair, settings.plausible_factor
    low, high = projection.historical_ranges.get(key, (float("-inf"), float("inf")))
    low, high = (low / factor if low > 0 else low * factor), (high * factor if high > 0 else high / factor)
    inside = low <= usual <= high
    if lines and inside and not low - EVEN <= value <= high + EVEN:
        end = "above" if value > high else "below"
        message = (
            f"{word} would lie {end} anything seen in {projection.scenario.days} days, by more than a factor "
            f"of {factor:g}."
        )
        yield CheckResult(
            IssueType.KPI_PLAUSIBILITY, IssueSeverity.MEDIUM, f"range {key}", message, department, lines=lines
        )


def brand_rules(projection: Projection, settings: PromoSettings) -> Iterator[CheckResult]:
    """WARN: what the brand insists on."""
    for rule in settings.brand_rules:
        lines = [line for line in active(projection) if rule.concerns(line.department)]
        if rule.kind == BrandRuleKind.NEVER_DISCOUNTED:
            for line in lines:
                yield CheckResult(
                    IssueType.BRAND_COMPLIANCE, IssueSeverity.MEDIUM, f"never {line.key}",
                    f"{line.label}: the brand never discounts {line.department}.", line.department,
                    lines=(line.key,),
                )  # fmt: skip
        elif rule.kind == BrandRuleKind.LONGEST_DAYS and lines:
            yield from _too_long(projection, int(float(rule.value or 1)))
        elif rule.kind == BrandRuleKind.FORBIDDEN_WORD:
            yield from _forbidden(projection, str(rule.value))


def _too_long(projection: Projection, most: int) -> Iterator[CheckResult]:
    days = projection.scenario.days
    if days > most:
        yield CheckResult(
            IssueType.BRAND_COMPLIANCE, IssueSeverity.MEDIUM, f"days {most}",
            f"The promotion lasts {days} days; the brand allows {most}.", fix=FixKind.SHORTEN,
            detail=str(most),
        )  # fmt: skip


def _forbidden(projection: Projection, word: str) -> Iterator[CheckResult]:
    texts = (projection.scenario.label, *(line.notes for line in projection.scenario.mechanics))
    if any(says(text, word) for text in texts):
        yield CheckResult(
            IssueType.BRAND_COMPLIANCE, IssueSeverity.LOW, f"word {word.casefold()}",
            f"The brand does not say “{word}”; it stands in the name or the notes.", fix=FixKind.WORDING,
            detail=word,
        )  # fmt: skip


def cannibalisation(projection: Projection, settings: PromoSettings) -> Iterator[CheckResult]:
    """WARN: another department losing more than the limit of its sales in a sales channel."""
    limit = settings.cannibalisation_limit_pct
    for (name, channel), share in projection.taken_pct.items():
        rivals = [line for line in active(projection) if line.channel == channel and line.department != name]
        if share > limit + EVEN and rivals:
            yield CheckResult(
                IssueType.CANNIBALIZATION_RISK, IssueSeverity.MEDIUM, f"taken {name} {channel}",
                f"{name}, {channel}: promotions of other departments would take {share:.1f} % of its sales, "
                f"over the limit of {limit:g} %.",
                name, lines=tuple(line.key for line in rivals),
            )  # fmt: skip


def active(projection: Projection) -> list[Mechanic]:
    """The lines that have a discount."""
    return [line for line in projection.scenario.mechanics if line.discount_pct > 0]


def _grave(beyond: float, settings: PromoSettings) -> IssueSeverity:
    return IssueSeverity.CRITICAL if beyond >= settings.grave_pp else IssueSeverity.HIGH


CHECKS: tuple[Check, ...] = (
    discount_limits, scenario_margin, losing_lines, legal_text, department_margins, plausible_lines,
    plausible_totals, brand_rules, cannibalisation,
)  # fmt: skip
