"""A promotion as it is being typed: it may be half done, and says everything that is still wrong with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from core.errors import UserError
from core.promo.scenarios.scenario import ALL_SEGMENTS, Mechanic, PromoScenario, ScenarioType

PLACEHOLDER = Mechanic("-", "-", 0.0)  # for faults of name, days and type alone, while no line is whole
COLUMNS = ("department", "channel", "discount_pct", "segments", "notes")


@dataclass(frozen=True)
class Line:
    """One line of the grid; None where a cell is empty."""

    department: str | None = None
    channel: str | None = None
    discount_pct: float | None = None
    segments: tuple[str, ...] = (ALL_SEGMENTS,)
    notes: str = ""

    @classmethod
    def of(cls, cells: Mapping[str, Any]) -> Self:
        """The line behind the cells of a grid or of JSON."""
        discount = cells.get("discount_pct")
        return cls(
            department=cells.get("department") or None,
            channel=cells.get("channel") or None,
            discount_pct=None if discount is None or discount != discount else float(discount),
            segments=_segments([str(name) for name in cells.get("segments") or ()]),
            notes=str(cells.get("notes") or ""),
        )

    @property
    def complete(self) -> bool:
        """Whether nothing is missing or wrong in it."""
        try:
            self.mechanic()
        except UserError:
            return False
        return True

    def mechanic(self) -> Mechanic:
        """The line as core takes it. UserError with every fault."""
        missing = {
            "choose a department": not self.department,
            "choose a sales channel": not self.channel,
            "give a discount": self.discount_pct is None,
        }
        faults = [words for words, absent in missing.items() if absent]
        if faults:
            raise UserError([f"{', '.join(faults).capitalize()}."])
        return Mechanic(
            self.department or "", self.channel or "", self.discount_pct or 0.0, self.segments, self.notes
        )


def _segments(names: list[str]) -> tuple[str, ...]:
    """Everybody where nobody is named; of everybody and some, what was chosen last."""
    if not names or names[-1] == ALL_SEGMENTS:
        return (ALL_SEGMENTS,)
    return tuple(dict.fromkeys(name for name in names if name != ALL_SEGMENTS))


@dataclass(frozen=True)
class PromoDraft:
    """Everything in the editor of a promotion."""

    label: str
    start: dt.date | None
    end: dt.date | None
    scenario_type: str = ScenarioType.BALANCED.value
    geo: str = "ALL"
    legal_text: str = ""
    lines: tuple[Line, ...] = ()

    def scenario(self) -> PromoScenario:
        """The promotion. UserError lists every fault at once, those of lines with their place."""
        faults, mechanics = self._dates(), []
        for number, line in enumerate(self.lines, start=1):
            try:
                mechanics.append(line.mechanic())
            except UserError as error:
                faults += [f"Line {number}: {fault}" for fault in error.faults]
        if not self.lines:
            faults.append("Add at least one line: a department, a sales channel and a discount.")
        try:
            made = self._made(mechanics or [PLACEHOLDER])
        except UserError as error:
            faults += error.faults
        if faults:
            raise UserError(faults)
        return made

    def _made(self, mechanics: Sequence[Mechanic]) -> PromoScenario:
        """The promotion with these lines; the other day stands in for a missing one, which is said apart."""
        start, end = self.start or self.end or dt.date.min, self.end or self.start or dt.date.min
        return PromoScenario(
            self.label, start, end, ScenarioType(self.scenario_type), tuple(mechanics), self.geo,
            self.legal_text.strip() or None,
        )  # fmt: skip

    @property
    def complete(self) -> Self:
        """The same without lines that are half typed, under some name: what KPIs can be computed of."""
        lines = tuple(line for line in self.lines if line.complete)
        return replace(self, label=self.label.strip() or "Promotion", lines=lines)

    def _dates(self) -> list[str]:
        wanted = {"first": self.start, "last": self.end}
        return [f"Choose the {name} day of the promotion." for name, day in wanted.items() if day is None]

    def with_lines(self, lines: Sequence[Line]) -> Self:
        """The same promotion with other lines."""
        return replace(self, lines=tuple(lines))

    @classmethod
    def of(cls, scenario: PromoScenario) -> Self:
        """The draft that stands for a finished promotion."""
        return cls(
            scenario.label, scenario.start, scenario.end, str(scenario.scenario_type), scenario.geo,
            scenario.legal_text or "", tuple(_line(mechanic) for mechanic in scenario.mechanics),
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Plain values that `from_json` reads back."""
        days = {name: day.isoformat() if (day := getattr(self, name)) else None for name in ("start", "end")}
        return asdict(self) | days | {"lines": [asdict(line) for line in self.lines]}


def _line(mechanic: Mechanic) -> Line:
    return Line(
        mechanic.department, str(mechanic.channel), float(mechanic.discount_pct), tuple(mechanic.segments),
        mechanic.notes,
    )  # fmt: skip
