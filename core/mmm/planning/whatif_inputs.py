"""What a person asks of a spend scenario: money by period, channel and, if wished, geo; price and promotion.

The money is a frame date x channel (`frame`), or long rows date, geo, channel, spend (`rows`); both can be
read back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pandas as pd
from cattrs.gen import make_dict_unstructure_fn, override

from core.errors import UserError
from core.json_values import converter, from_json
from core.mmm.cents import round_to_sum, to_cents

if TYPE_CHECKING:
    from core.mmm.planning.basis import PlanBasis

VERSION = 2
ALL_GEOS = ""  # all geos together, which then keep their present shares
MOST_MONEY = 1e13
Series = tuple[float, ...]


class DriverMode(StrEnum):
    """How a price, promotion or control is set: to a value, or changed by an amount or percent."""

    VALUE = "value"
    ADD = "add"
    PERCENT = "percent"


@dataclass(frozen=True)
class DriverPlan:
    """One price, promotion or control over the horizon: one number per period, read as `mode` says."""

    mode: DriverMode
    values: Series

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(float(value) for value in self.values))
        if not all(math.isfinite(value) for value in self.values):
            raise UserError("Every period needs a number.")

    @property
    def changes(self) -> bool:
        """Whether it says anything else than what is assumed anyway."""
        return self.mode == DriverMode.VALUE or any(self.values)


@dataclass(frozen=True)
class WhatIfInputs:
    """A spend scenario over the periods of `dates` (ISO days), right after the data.

    `spend`: money to the cent by geo, then channel, one amount per period; the one geo ALL_GEOS stands for
    all of them in their present shares. `drivers`: changed treatments and controls by column; all others
    stay as assumed. Raises UserError listing every fault, channels by `labels`.
    """

    dates: tuple[str, ...]
    spend: Mapping[str, Mapping[str, Series]]
    drivers: Mapping[str, DriverPlan] = field(default_factory=dict)
    level: float = 0.9
    labels: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        tidy = {
            geo: {name: tuple(to_cents(value) for value in own) for name, own in cells.items()}
            for geo, cells in self.spend.items()
        }
        object.__setattr__(self, "spend", tidy)
        faults = self._shape_faults() + self._money_faults()
        faults += [
            f"{self._label(name)}: {len(plan.values)} values for {self.periods} periods."
            for name, plan in self.drivers.items()
            if len(plan.values) != self.periods
        ]
        if faults:
            raise UserError(faults)

    def _shape_faults(self) -> list[str]:
        faults = [] if self.dates else ["The scenario needs at least one period."]
        if len(set(self.dates)) != len(self.dates):
            faults.append("A period occurs twice in the scenario.")
        if not self.spend or (ALL_GEOS in self.spend and len(self.spend) > 1):
            faults.append("Money is given for all geos together or for each of them.")
        if len({tuple(cells) for cells in self.spend.values()}) > 1:
            faults.append("Every geo needs the same channels.")
        if not 0 < self.level < 1:
            faults.append("The interval level lies between 0 and 1.")
        return faults

    def _money_faults(self) -> list[str]:
        faults = []
        for geo, cells in self.spend.items():
            where = f" in {geo}" if geo else ""
            for name, own in cells.items():
                if len(own) != self.periods:
                    faults.append(
                        f"{self._label(name)}{where}: {len(own)} amounts for {self.periods} periods."
                    )
                bad = [n for n, value in enumerate(own) if not 0 <= value <= MOST_MONEY]
                if bad:
                    place = self.dates[bad[0]] if bad[0] < self.periods else f"period {bad[0] + 1}"
                    faults.append(
                        f"{self._label(name)}{where}: {own[bad[0]]:,.2f} on {place} is no spend; "
                        "it must be 0 or more."
                    )
        return faults

    def _label(self, name: str) -> str:
        return self.labels.get(name, name)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.dates)

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels in their order."""
        return tuple(next(iter(self.spend.values())))

    @property
    def geos(self) -> tuple[str, ...]:
        """Geos with money of their own; none where all keep their present shares."""
        return tuple(geo for geo in self.spend if geo != ALL_GEOS)

    def series(self, channel: str, geo: str = ALL_GEOS) -> Series:
        """Money of one channel by period, of all geos together unless one is named."""
        if geo in self.spend:
            return self.spend[geo][channel]
        parts = (cells[channel] for cells in self.spend.values())
        return tuple(to_cents(math.fsum(period)) for period in zip(*parts, strict=True))

    def money(self, channel: str, geo: str = ALL_GEOS) -> float:
        """Money of one channel over the horizon."""
        return to_cents(math.fsum(self.series(channel, geo)))

    @property
    def total_value(self) -> float:
        """Money of the whole scenario, to the cent."""
        return to_cents(math.fsum(self.money(name) for name in self.channels))

    def frame_of(self, geo: str = ALL_GEOS) -> pd.DataFrame:
        """Money by date (index) and channel (column), of all geos together unless one is named."""
        index = pd.DatetimeIndex(self.dates, name="date")
        return pd.DataFrame({name: self.series(name, geo) for name in self.channels}, index=index)

    @property
    def frame(self) -> pd.DataFrame:
        """Money by date (index) and channel (column), all geos together."""
        return self.frame_of()

    @property
    def rows(self) -> pd.DataFrame:
        """Long rows date, geo, channel, spend; geo is ALL_GEOS where all keep their present shares."""
        return pd.DataFrame(
            [
                {"date": pd.Timestamp(day), "geo": geo, "channel": name, "spend": value}
                for geo, cells in self.spend.items()
                for name, own in cells.items()
                for day, value in zip(self.dates, own, strict=True)
            ]
        )

    def with_series(self, channel: str, amounts: Iterable[float], geo: str = ALL_GEOS) -> WhatIfInputs:
        """The same scenario with other money for one channel of one geo."""
        cells = {**self.spend[geo], channel: tuple(amounts)}
        return replace(self, spend={**self.spend, geo: cells})

    def with_frame(self, frame: pd.DataFrame, geo: str = ALL_GEOS) -> WhatIfInputs:
        """The same scenario with the money of `frame` (date x channel, rows in order) for one geo."""
        cells = {name: tuple(frame[name].to_numpy(float)) for name in self.channels}
        return replace(self, spend={**self.spend, geo: cells})

    def with_driver(self, column: str, plan: DriverPlan | None) -> WhatIfInputs:
        """The same scenario with another plan for a treatment or control; None leaves it as assumed."""
        others = {name: own for name, own in self.drivers.items() if name != column}
        return replace(self, drivers=others if plan is None else {**others, column: plan})

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, **rest: Any) -> WhatIfInputs:
        """A scenario from money by date (index), or by date and geo, and channel (column)."""
        if frame.index.nlevels == 2:
            long = frame.melt(var_name="channel", value_name="spend", ignore_index=False).reset_index()
            return cls.from_rows(long, **rest)
        cells = {str(name): tuple(frame[name].to_numpy(float)) for name in frame.columns}
        return cls(days_of(frame.index), {ALL_GEOS: cells}, **rest)

    @classmethod
    def from_rows(cls, rows: pd.DataFrame, **rest: Any) -> WhatIfInputs:
        """A scenario from long rows date, geo, channel, spend; a cell that is missing gets nothing."""
        dates = pd.DatetimeIndex(sorted(pd.to_datetime(rows["date"]).unique()))
        order = list(dict.fromkeys(rows["channel"]))
        spend = {}
        for geo in dict.fromkeys(rows["geo"]):
            own = rows.loc[rows["geo"] == geo]
            wide = own.pivot_table(index="date", columns="channel", values="spend", aggfunc="sum")
            wide = wide.reindex(index=dates, columns=order).fillna(0.0)
            spend[str(geo)] = {str(name): tuple(wide[name].to_numpy(float)) for name in order}
        return cls(days_of(dates), spend, **rest)


def days_of(dates: Iterable[Any]) -> tuple[str, ...]:
    """The dates as ISO days."""
    return tuple(str(pd.Timestamp(day).date()) for day in dates)


def spread_even(total: float, periods: int) -> Series:
    """The money in equal parts, to the cent, adding up to the total."""
    return tuple(round_to_sum([total / periods] * periods))


def spread_like(total: float, pattern: Sequence[float]) -> Series:
    """The money in the proportions of `pattern`, to the cent, adding up to the total; evenly where it is
    empty of money.
    """
    whole = math.fsum(pattern)
    if whole <= 0:
        return spread_even(total, len(pattern))
    return tuple(round_to_sum([total * part / whole for part in pattern]))


def read_whatif_inputs(raw: Mapping[str, Any], basis: PlanBasis | None = None) -> WhatIfInputs:
    """The saved inputs.

    The first form held percent of usual spend by channel, spread evenly: it is read on the `basis` of its
    model and horizon. Raises UserError for it where there is none.
    """
    if "spend_pct" not in raw:
        return from_json(WhatIfInputs, raw)
    if basis is None:
        raise UserError("This scenario was kept in an older form; open it on its model to read its money.")
    periods = int(raw["periods"])
    cells = {}
    for name in basis.channels:
        usual = basis.usual[name] * float(raw["spend_pct"].get(name, 100.0)) / 100
        cells[name] = spread_even(to_cents(to_cents(usual * periods) / basis.periods), periods)
    dates = days_of(basis.following(periods))
    return WhatIfInputs(dates, {ALL_GEOS: cells}, level=float(raw.get("level", 0.9)))


_fields_to_json = make_dict_unstructure_fn(WhatIfInputs, converter, labels=override(omit=True))
converter.register_unstructure_hook(
    WhatIfInputs,
    lambda inputs: {"version": VERSION, "periods": inputs.periods, **_fields_to_json(inputs)},
)
