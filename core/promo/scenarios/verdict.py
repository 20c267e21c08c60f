"""Whether a promotion may run: issues with their severity, each with a fix that cures it, and a score."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from core.errors import UserError
from core.promo.scenarios.scenario import ALL_SEGMENTS, LineKey


class VerdictStatus(StrEnum):
    """May run; may run with care; must not run."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    WARN = "WARN"
    BLOCK = "BLOCK"


class IssueType(StrEnum):
    """The families of checks."""

    MARGIN_THRESHOLD = "margin_threshold"
    DISCOUNT_LIMIT = "discount_limit"
    KPI_PLAUSIBILITY = "kpi_plausibility"
    BRAND_COMPLIANCE = "brand_compliance"
    CANNIBALIZATION_RISK = "cannibalization_risk"


class IssueSeverity(StrEnum):
    """How bad an issue is; critical and high ones block."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def blocks(self) -> bool:
        """Whether a promotion with such an issue must not run."""
        return self in (IssueSeverity.CRITICAL, IssueSeverity.HIGH)


class FixKind(StrEnum):
    """What a fix changes."""

    DISCOUNTS = "discounts"
    SHORTEN = "shorten"
    LEGAL_TEXT = "legal_text"
    WORDING = "wording"


@dataclass(frozen=True)
class LineFix:
    """The new discount of one line (percent); None drops the line."""

    department: str
    channel: str
    discount_pct: float | None
    segments: tuple[str, ...] = (ALL_SEGMENTS,)

    @property
    def key(self) -> LineKey:
        """Which line it is."""
        return self.department, self.channel, tuple(sorted(self.segments))


@dataclass(frozen=True)
class Fix:
    """A change that cures an issue: discounts of `lines`; the new `end`; `text` to set as the legal text, or
    the word to take out of name and notes."""

    kind: FixKind
    lines: tuple[LineFix, ...] = ()
    end: dt.date | None = None
    text: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", FixKind(self.kind))
        needed = {FixKind.DISCOUNTS: self.lines, FixKind.SHORTEN: self.end}
        if not needed.get(self.kind, self.text):
            raise UserError(f"A fix of the kind {self.kind} lacks what it changes.")


@dataclass(frozen=True)
class Issue:
    """One thing wrong with a promotion, in words, and what cures it."""

    type: IssueType
    severity: IssueSeverity
    message: str
    suggested_fix: str
    affected_department: str | None = None
    fix: Fix | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "type", IssueType(self.type))
        object.__setattr__(self, "severity", IssueSeverity(self.severity))


@dataclass(frozen=True)
class Verdict:
    """Whether a promotion may run, with a score of 0 to 100 and its issues, worst first."""

    status: VerdictStatus
    overall_score: int
    issues: tuple[Issue, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "status", VerdictStatus(self.status))
        object.__setattr__(self, "issues", tuple(self.issues))
        if not 0 <= self.overall_score <= 100:
            raise UserError(f"A score lies between 0 and 100, not {self.overall_score}.")
