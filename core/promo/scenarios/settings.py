"""A project's rules for promotions: caps, floors, legal text, brand rules, customer segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import pandas as pd
from cattrs import override

from core.errors import UserError
from core.json_values import from_json, register_fields
from core.promo.scenarios.scenario import ALL_SEGMENTS, MOST_PCT, is_number

REST = "REST"
SENSITIVITY = {"low": 0.7, "medium": 1.0, "high": 1.3}
SHARE_SLACK = 0.005  # shares of revenue are kept with rounding


class BrandRuleKind(StrEnum):
    """What a brand can insist on."""

    NEVER_DISCOUNTED = "never_discounted"
    FORBIDDEN_WORD = "forbidden_word"
    LONGEST_DAYS = "longest_days"
    BRIEF_ELEMENT = "brief_element"


@dataclass(frozen=True)
class BrandRule:
    """One rule: `departments` never discounted; a forbidden word (`value`) in name or notes; the longest
    duration in days (`value`), of promotions with any of `departments` or of all; an element (`value`, such
    as a logo) that every creative brief must carry. UserError for a bad one."""

    kind: BrandRuleKind
    value: str | float | None = None
    departments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        named = (self.departments,) if isinstance(self.departments, str) else tuple(self.departments)
        object.__setattr__(self, "departments", named)
        try:
            object.__setattr__(self, "kind", BrandRuleKind(self.kind))
        except ValueError:
            words = ", ".join(BrandRuleKind)
            raise UserError(f"A brand rule is one of {words}, not {self.kind!r}.") from None
        fault = self._fault()
        if fault:
            raise UserError(fault)

    def _fault(self) -> str | None:
        if self.kind == BrandRuleKind.NEVER_DISCOUNTED and not self.departments:
            return "Name the departments that are never discounted."
        if self.kind == BrandRuleKind.FORBIDDEN_WORD and not str(self.value or "").strip():
            return "Name the word that must not appear."
        if self.kind == BrandRuleKind.BRIEF_ELEMENT and not str(self.value or "").strip():
            return "Name the element that every creative brief must carry."
        if self.kind == BrandRuleKind.LONGEST_DAYS and not (is_number(self.value) and float(self.value) >= 1):  # type: ignore[arg-type]
            return f"The longest duration is a number of days from 1, not {self.value!r}."
        return None

    def concerns(self, department: str) -> bool:
        """Whether the rule speaks of a department; without any named it speaks of all."""
        return not self.departments or department in self.departments


@dataclass(frozen=True)
class Segment:
    """Customers who buy alike: their share of revenue, and how much a discount moves them (`weight`)."""

    segment_id: str
    name: str
    revenue_share: float
    weight: float


@dataclass(frozen=True)
class PromoSettings:
    """Rules and thresholds of validation, and what KPIs need to know of a project.

    `segments` is the table of customer segments (segment_id, share_of_revenue 0..1, and where known name and
    discount_sensitivity low/medium/high); `discount_caps` and `department_margin_floors_pct` by department;
    `margin_floor_pct` of the whole scenario, without one the baseline's margin less `margin_floor_gap_pp`.
    From `grave_pp` points beyond a limit a block is critical; `discount_step_pct` is the step in which
    discounts are sought. The rest are the limits that checks name. UserError lists every fault.
    """

    segments: pd.DataFrame | None = field(default=None, compare=False)
    discount_caps: Mapping[str, float] = field(default_factory=dict)
    margin_floor_pct: float | None = None
    cost_to_serve_share: float = 0.10
    legal_text: str = ""
    brand_rules: tuple[BrandRule, ...] = ()
    default_discount_cap_pct: float = 25.0
    margin_floor_gap_pp: float = 8.0
    department_margin_floors_pct: Mapping[str, float] = field(default_factory=dict)
    cannibalisation_limit_pct: float = 5.0
    dip_limit_pct: float = 10.0
    plausible_factor: float = 1.5
    grave_pp: float = 5.0
    discount_step_pct: float = 0.5
    critical_points: int = 40
    high_points: int = 20
    medium_points: int = 10
    low_points: int = 5

    def __post_init__(self) -> None:
        rules = [
            rule if isinstance(rule, BrandRule) else from_json(BrandRule, rule) for rule in self.brand_rules
        ]
        object.__setattr__(self, "brand_rules", tuple(rules))
        object.__setattr__(self, "discount_caps", dict(self.discount_caps))
        object.__setattr__(self, "department_margin_floors_pct", dict(self.department_margin_floors_pct))
        object.__setattr__(self, "legal_text", (self.legal_text or "").strip())
        faults = [*self._limit_faults(), *self._segment_faults()]
        if faults:
            raise UserError(faults)

    def _limit_faults(self) -> Iterator[str]:
        caps = {f"The discount cap of {name}": value for name, value in self.discount_caps.items()}
        for name, value in (caps | {"The discount cap": self.default_discount_cap_pct}).items():
            if not is_number(value) or not 0 <= value <= MOST_PCT:
                yield f"{name} lies between 0 and {MOST_PCT:g} %, not {value!r}."
        floors = {f"The margin floor of {name}": v for name, v in self.department_margin_floors_pct.items()}
        if self.margin_floor_pct is not None:
            floors["The margin floor"] = self.margin_floor_pct
        for name, value in floors.items():
            if not is_number(value) or not -100 <= value <= 100:
                yield f"{name} lies between -100 and 100 %, not {value!r}."
        if not is_number(self.cost_to_serve_share) or not 0 <= self.cost_to_serve_share < 1:
            yield f"The cost to serve is a share of sales from 0 to 1, not {self.cost_to_serve_share!r}."
        for name in ("margin_floor_gap_pp", "cannibalisation_limit_pct", "dip_limit_pct"):
            if not is_number(getattr(self, name)) or not 0 <= getattr(self, name) <= 100:
                yield f"{name} lies between 0 and 100, not {getattr(self, name)!r}."
        if not is_number(self.discount_step_pct) or not 0.1 <= self.discount_step_pct <= 10:
            yield f"The step of discounts lies between 0.1 and 10 %, not {self.discount_step_pct!r}."
        if not is_number(self.grave_pp) or self.grave_pp < 0:
            yield f"grave_pp is at least 0, not {self.grave_pp!r}."
        if not is_number(self.plausible_factor) or self.plausible_factor < 1:
            yield f"plausible_factor is at least 1, not {self.plausible_factor!r}."

    def _segment_faults(self) -> Iterator[str]:
        if self.segments is None:
            return
        missing = [name for name in ("segment_id", "share_of_revenue") if name not in self.segments]
        if missing:
            yield f"The segments lack the columns {', '.join(missing)}."
            return
        names = self.segments["segment_id"].astype(str)
        for name in sorted(set(names[names.duplicated()])):
            yield f"The segment {name} is there twice."
        for name in sorted({*names} & {ALL_SEGMENTS, REST}):
            yield f"A segment cannot be called {name}: the word has a meaning of its own."
        shares = pd.to_numeric(self.segments["share_of_revenue"], errors="coerce")
        for name, share in zip(names, shares, strict=True):
            if not 0 <= share <= 1:
                yield f"The segment {name} has a share of revenue of {share:g}; shares lie between 0 and 1."
        if shares.sum() > 1 + SHARE_SLACK:
            yield f"The segments' shares of revenue add up to {shares.sum():.3f}, more than 1."
        for name, word in zip(names, self._sensitivities(), strict=True):
            if word not in SENSITIVITY:
                yield f"The segment {name} has the sensitivity {word!r}; it is low, medium or high."

    def _sensitivities(self) -> list[str]:
        assert self.segments is not None
        if "discount_sensitivity" not in self.segments:
            return ["medium"] * len(self.segments)
        return [str(word).lower() for word in self.segments["discount_sensitivity"].fillna("medium")]

    @cached_property
    def known_segments(self) -> tuple[Segment, ...]:
        """The segments in the table's order; none without a table."""
        if self.segments is None:
            return ()
        names = self.segments["segment_id"].astype(str)
        titles = self.segments["name"].astype(str) if "name" in self.segments else names
        shares = self.segments["share_of_revenue"].astype(float)
        return tuple(
            Segment(name, title, float(share), SENSITIVITY[word])
            for name, title, share, word in zip(names, titles, shares, self._sensitivities(), strict=True)
        )

    def cap_pct(self, department: str) -> float:
        """The deepest discount a department may have."""
        return float(self.discount_caps.get(department, self.default_discount_cap_pct))

    def floor_pct(self, baseline_margin_pct: float) -> float:
        """The lowest margin a whole scenario may have, in percent of sales."""
        if self.margin_floor_pct is not None:
            return float(self.margin_floor_pct)
        return baseline_margin_pct - self.margin_floor_gap_pp


# The segments are a table of their own: they are neither saved with the settings nor read with them.
register_fields(PromoSettings, segments=override(omit=True))
