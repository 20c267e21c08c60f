"""Whether the dates of a schedule are those of a horizon right after the data."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from core.data.calendar import Granularity


def date_faults(
    found: pd.DatetimeIndex,
    wanted: pd.DatetimeIndex,
    frequency: Granularity,
    places: Mapping[pd.Timestamp, str],
) -> list[str]:
    """Every way in which `found` is not the beginning of `wanted`; empty where it is.

    `wanted` are the dates of the longest horizon: the model's calendar, right after its data. `places` says
    where in the file each date stands first.
    """
    if found.empty:
        return ["The file holds no row with a date."]
    days, faults = found.sort_values(), []
    if days[0] != wanted[0]:
        faults.append(
            f"The plan begins on {wanted[0]:%Y-%m-%d}, right after the data; the file begins on "
            f"{days[0]:%Y-%m-%d}."
        )
    if len(days) > len(wanted):
        faults.append(f"A plan has at most {len(wanted)} {frequency.noun}s; the file has {len(days)}.")
    strange = days.difference(wanted)
    inside = strange[(strange >= wanted[0]) & (strange <= wanted[-1])]
    if len(inside):
        faults.append(
            f"{_some(inside, places)}: not the start of a {frequency.noun} of this model, whose dates go "
            f"{wanted[0]:%Y-%m-%d}" + (f", {wanted[1]:%Y-%m-%d}" if len(wanted) > 1 else "") + " and so on."
        )
    beyond = strange[strange > wanted[-1]]
    if len(beyond):
        faults.append(f"{_some(beyond, places)}: after {wanted[-1]:%Y-%m-%d}, the last date a plan may have.")
    kept = days.intersection(wanted)
    if len(kept):
        gaps = wanted[(wanted >= kept[0]) & (wanted <= kept[-1])].difference(days)
        if len(gaps):
            faults.append(f"The dates have gaps: {_some(gaps, {})} missing.")
    return faults


def _some(days: pd.DatetimeIndex, places: Mapping[pd.Timestamp, str], shown: int = 3) -> str:
    words = ", ".join(
        f"{day:%Y-%m-%d} ({places[day]})" if day in places else f"{day:%Y-%m-%d}" for day in days[:shown]
    )
    return words + (f" and {len(days) - shown} more" if len(days) > shown else "")
