"""Daily rows summed to weeks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.frames import Frame
from core.data.mapping import ColumnRole, EdgeWeeks, Mapping, Weekday
from core.data.problems import DataProblem, ProblemCode, Severity, name_some

SUMMED = (ColumnRole.TARGET, ColumnRole.SPEND, ColumnRole.EXPOSURE, ColumnRole.ORGANIC)
AVERAGED = (ColumnRole.CONTROL, ColumnRole.TREATMENT)
NO_EVENT = frozenset({"", "na", "n/a", "none", "no", "0", "-", "nan"})


@dataclass(frozen=True)
class WeekRules:
    """How many days make a week complete."""

    days: int = 7


def week_of(dates: pd.Series, start: Weekday) -> pd.Series:
    """The first day of the week each date lies in."""
    since = (dates.dt.day_of_week - start.number) % 7
    return pd.Series(dates - pd.to_timedelta(since, unit="D"))


def to_weeks(frame: Frame, rules: WeekRules | None = None) -> Frame:
    """One row per week (and geo): KPI and media added up, controls averaged, population the last one given.

    Money per unit is weighted with the KPI. Weeks at either end with missing days are dropped or kept as the
    mapping says; gaps inside are reported. A day whose media cell is blank counts as 0 in its week, a blank
    KPI leaves its week blank.
    """
    rules = rules or WeekRules()
    mapping = frame.mapping
    if mapping.date_column is None:
        return frame
    date, geo = mapping.date_column, mapping.geo_column
    data = frame.data.assign(__week=week_of(frame.data[date], mapping.week_start))
    keys = ["__week", *([geo] if geo else [])]
    days = data.groupby("__week")[date].nunique()
    ends = [week for week in dict.fromkeys([*days.index[:1], *days.index[-1:]]) if days[week] < rules.days]
    drop = mapping.edge_weeks is EdgeWeeks.DROP and len(ends) < len(days)
    problems = []
    if ends:
        shown = name_some([f"{week:%Y-%m-%d} ({days[week]} of {rules.days} days)" for week in ends])
        message = f"Incomplete weeks at the ends were {'left out' if drop else 'kept'}: {shown}."
        severity, code = Severity.INFO if drop else Severity.WARNING, ProblemCode.INCOMPLETE_WEEK
        problems.append(DataProblem(severity, code, message, frame.name, count=len(ends)))
    weeks = _aggregate(data[~data["__week"].isin(ends if drop else [])], keys, mapping)
    weeks = weeks.rename(columns={"__week": date})[[c for c in frame.data.columns if c in weeks or c == date]]
    problems += _inner_gaps(days, rules, frame.name) + _blank_media(frame)
    notes = (
        f"{len(frame.data):,} rows were summed to {len(weeks):,} weeks from {mapping.week_start.value} on.",
    )
    return frame.but(
        data=weeks, problems=frame.problems + tuple(problems), notes=frame.notes + notes, placed=False
    )


def _inner_gaps(days: pd.Series, rules: WeekRules, name: str) -> list[DataProblem]:
    inner = days.iloc[1:-1]
    short = inner[inner < rules.days]
    if short.empty:
        return []
    shown = name_some([f"{week:%Y-%m-%d} ({count} days)" for week, count in short.items()])
    message = (
        f"{len(short)} week(s) have fewer than {rules.days} days of data; their sums are too low: {shown}."
    )
    return [DataProblem(Severity.WARNING, ProblemCode.INCOMPLETE_WEEK, message, name, count=len(short))]


def _blank_media(frame: Frame) -> list[DataProblem]:
    media = [
        c
        for c in frame.mapping.columns_of(ColumnRole.SPEND, ColumnRole.EXPOSURE, ColumnRole.ORGANIC)
        if c in frame.data
    ]
    blanks = {column: int(frame.data[column].isna().sum()) for column in media}
    found = [f"{column} ({count:,})" for column, count in blanks.items() if count]
    if not found:
        return []
    message = f"Blank days of media were counted as 0 in their weeks: {name_some(found)}."
    return [
        DataProblem(Severity.INFO, ProblemCode.MISSING_WORD, message, frame.name, count=sum(blanks.values()))
    ]


def _aggregate(data: pd.DataFrame, keys: list[str], mapping: Mapping) -> pd.DataFrame:
    groups = data.sort_values(str(mapping.date_column)).groupby(keys, sort=True)
    weeks = {}
    for column in data.columns:
        role = mapping.role_of(column)
        if column in keys or column == "__week" or role is ColumnRole.DATE:
            continue
        if role is ColumnRole.TARGET:
            weeks[column] = (
                groups[column].sum(min_count=1).where(groups[column].count() == groups[column].size())
            )
        elif role in SUMMED:
            weeks[column] = groups[column].sum()
        elif role in AVERAGED:
            weeks[column] = groups[column].mean()
        elif role is ColumnRole.VALUE_PER_UNIT:
            # Money over units of the week, where the KPI counts units; the plain mean where it does not help.
            mean = data.groupby(keys)[column].mean()
            target = mapping.target_column
            if target is None or target not in data:
                weeks[column] = mean
            else:
                money = (data[column] * data[target]).groupby([data[key] for key in keys]).sum()
                units = data[target].where(data[column].notna()).groupby([data[key] for key in keys]).sum()
                ratio = money / units.where(units > 0)
                weeks[column] = ratio.where(np.isfinite(ratio), mean)
        elif role is ColumnRole.EVENT:
            weeks[column] = groups[column].agg(_events)
        else:
            weeks[column] = groups[column].last()
    return pd.DataFrame(weeks).reset_index()


def _events(texts: pd.Series) -> str | None:
    named = [
        text for text in dict.fromkeys(texts.dropna().astype("str")) if text.strip().lower() not in NO_EVENT
    ]
    return " + ".join(named) or None
