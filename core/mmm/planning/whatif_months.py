"""A schedule of days or weeks seen by month, and months edited back into it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from core.data.calendar import Granularity
from core.mmm.planning.values import to_cents
from core.mmm.planning.whatif_values import WhatIfInputs, spread_like


def has_months(frequency: Granularity, periods: int) -> bool:
    """Whether a view by month says something else than the periods themselves."""
    return frequency != Granularity.MONTHLY and periods > 1


def month_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Money by month (index, first day) and channel: a period belongs to the month of its date."""
    months = pd.DatetimeIndex(frame.index).to_period("M")
    summed = frame.groupby(months).sum().round(2)
    return summed.set_axis(pd.PeriodIndex(summed.index).to_timestamp().rename("date"))


def with_months(
    inputs: WhatIfInputs, geo: str, edits: Mapping[tuple[pd.Timestamp, str], float]
) -> WhatIfInputs:
    """The scenario with other money in some months; each is spread over its periods in their present
    proportions, evenly where they have none.

    `edits`: money by (first day of the month, channel).
    """
    frame = inputs.frame_of(geo)
    months = pd.DatetimeIndex(frame.index).to_period("M")
    for (month, channel), money in edits.items():
        inside = months == month.to_period("M")
        frame.loc[inside, channel] = spread_like(to_cents(money), frame.loc[inside, channel].tolist())
    return inputs.with_frame(frame, geo)
