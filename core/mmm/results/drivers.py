"""What moved the KPI besides media: controls, treatments, events, holidays, season, trend, with intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.charts.formats import compact
from core.mmm.results.channel_summary import Day, window
from core.mmm.results.evidence import Estimate

if TYPE_CHECKING:
    from core.mmm.fitted import FittedMMM

Floats = NDArray[np.float64]


class DriverKind(StrEnum):
    """Kinds of what moves the KPI without media."""

    TREATMENT = "Price or promotion"
    CONTROL = "Control"
    EVENT = "Event"
    HOLIDAY = "Holiday"
    SEASON = "Season"
    WEEKDAY = "Weekday"
    TREND = "Trend"
    OUTLIER = "Period set apart"


@dataclass(frozen=True)
class _Reading:
    """Posterior draws of the baseline's terms in KPI units: `theta` (draw, geo, column), `columns` (geo,
    period, column) of the window, with each column's name and part."""

    model: FittedMMM
    theta: Floats
    columns: Floats
    names: tuple[str, ...]
    parts: tuple[str, ...]
    dates: pd.DatetimeIndex

    def of_part(self, part: str) -> list[int]:
        return [k for k, own in enumerate(self.parts) if own == part]

    def by_period(self, part: str) -> Floats:
        """(draw, period) KPI of a part, summed over geos."""
        own = self.of_part(part)
        return np.asarray(np.einsum("gtk,sgk->st", self.columns[..., own], self.theta[..., own]))

    def total(self, k: int) -> Floats:
        """(draw,) KPI of one column in the window."""
        return np.asarray(np.einsum("gt,sg->s", self.columns[..., k], self.theta[..., k]))


Row = tuple[DriverKind, str, str, Floats, Floats | None]
COLUMNS = [
    "kind",
    "name",
    "per",
    "effect",
    "effect_lower",
    "effect_upper",
    "total",
    "total_lower",
    "total_upper",
]


def drivers(model: FittedMMM, level: float = 0.9, start: Day = None, end: Day = None) -> pd.DataFrame:
    """One row per driver: kind, name (a column, event or holiday), per, effect and total with intervals.

    `effect` is KPI units for what `per` says: one more unit in every geo above the reference (treatments), a
    usual move of one sd (controls), one period with it (events, holidays, periods set apart), the highest
    over the lowest of the window (season, weekdays), its last period over its first (trend). `total` is the
    KPI of the window, against the reference or the control's mean; NaN where a total means nothing.
    """
    first, last = window(model.structure, start, end)
    structure = model.structure
    read = _Reading(
        model,
        model.posterior.theta * structure.scales.kpi_mean[:, None],
        structure.design.columns[:, first:last],
        structure.design.names,
        structure.design.parts,
        structure.panel.dates[first:last],
    )
    rows = [*_treatments(read), *_controls(read), *_named(read), *_waves(read), *_trend(read)]
    return pd.DataFrame([_written(row, level) for row in rows], columns=COLUMNS)


def _written(row: Row, level: float) -> tuple[object, ...]:
    kind, name, per, effect, total = row
    found = Estimate.of(effect, level)
    whole = Estimate.of(total, level) if total is not None else Estimate.none()
    return (
        *(kind, name, per, found.mean, found.lower, found.upper),
        *(whole.mean, whole.lower, whole.upper),
    )


def _treatments(read: _Reading) -> Iterator[Row]:
    scale = read.model.structure.recipe.treatment_scale
    for place, (name, reference) in enumerate(read.model.config.treatment_columns.items()):
        k = read.names.index(name)
        effect = read.theta[..., k].sum(axis=1) / scale[place]
        yield DriverKind.TREATMENT, name, f"one unit above {compact(float(reference))}", effect, read.total(k)


def _controls(read: _Reading) -> Iterator[Row]:
    scale = read.model.structure.recipe.control_scale
    for place, name in enumerate(read.model.config.control_columns):
        k, move = read.names.index(name), float(scale[:, place].mean())
        per = f"a usual move (+{compact(move)})"
        yield DriverKind.CONTROL, name, per, read.theta[..., k].sum(axis=1), read.total(k)


def _named(read: _Reading) -> Iterator[Row]:
    """Events, holidays and periods set apart, each where it happened in the window."""
    kinds = {"events": DriverKind.EVENT, "holidays": DriverKind.HOLIDAY, "outliers": DriverKind.OUTLIER}
    for part, kind in kinds.items():
        for k in read.of_part(part):
            happened = read.columns[..., k] > 0
            times = int(happened.any(axis=0).sum())
            if not times:
                continue
            where = happened.any(axis=1)
            effect = read.theta[:, where, k].sum(axis=1)
            per = f"one period with it ({times} in these dates)"
            yield kind, read.names[k].partition("_")[2], per, effect, read.total(k)


def _waves(read: _Reading) -> Iterator[Row]:
    """The highest point of a wave over its lowest, at the times where the mean wave has them."""
    waves = (
        ("season", DriverKind.SEASON, "Within the year", "%b"),
        ("weekday", DriverKind.WEEKDAY, "Within the week", "%A"),
    )
    for part, kind, name, written in waves:
        if not read.of_part(part):
            continue
        wave = read.by_period(part)
        high, low = int(wave.mean(axis=0).argmax()), int(wave.mean(axis=0).argmin())
        per = f"{read.dates[high].strftime(written)} over {read.dates[low].strftime(written)}, per period"
        yield kind, name, per, wave[:, high] - wave[:, low], None


def _trend(read: _Reading) -> Iterator[Row]:
    if read.of_part("trend") and len(read.dates) > 1:
        drift = read.by_period("trend")
        yield DriverKind.TREND, "Over these dates", "last period over first", drift[:, -1] - drift[:, 0], None
