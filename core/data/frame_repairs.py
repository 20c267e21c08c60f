"""Repairs of a typed frame that need no model: of single columns, of its edges, of missing periods."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from core.data.calendar import detect_frequency, expected_dates
from core.data.frames import Frame
from core.data.mapping import MEDIA_ROLES, ColumnRole
from core.data.problems import Repair, RepairCode
from core.errors import UserError


def drop_column(frame: Frame, repair: Repair) -> Frame:
    """The frame without a column, and without the pairs that name it."""
    mapping = frame.mapping.with_role(str(repair.column), ColumnRole.IGNORE)
    columns = tuple(
        c if c.pair != repair.column else type(c)(c.column, ColumnRole.IGNORE, c.label)
        for c in mapping.columns
    )
    return frame.but(
        data=frame.data.drop(columns=[str(repair.column)]), mapping=mapping.replace(columns=columns)
    )


def clip_negative(frame: Frame, repair: Repair) -> Frame:
    """Negative values of a column set to 0."""
    column = str(repair.column)
    return frame.but(data=frame.data.assign(**{column: frame.data[column].clip(lower=0)}))


def trim_to_kpi(frame: Frame, repair: Repair) -> Frame:
    """The rows from the first to the last value of the KPI."""
    date, target = str(frame.mapping.date_column), str(frame.mapping.target_column)
    known = frame.data.loc[frame.data[target].notna(), date]
    return frame.but(data=frame.data[frame.data[date].between(known.min(), known.max())])


def fill_zero(frame: Frame, repair: Repair) -> Frame:
    """Missing cells of a column set to 0."""
    column = str(repair.column)
    return frame.but(data=frame.data.assign(**{column: frame.data[column].fillna(0.0)}))


def interpolate(frame: Frame, repair: Repair) -> Frame:
    """Linear in time within each geo; the nearest known value beyond the first and the last."""
    column, geo, date = str(repair.column), frame.mapping.geo_column, str(frame.mapping.date_column)
    ordered = frame.data.reset_index(drop=True).sort_values(date, kind="stable")
    filled = _smooth(ordered[column], ordered[geo] if geo else None).sort_index()
    return frame.but(data=frame.data.assign(**{column: filled.to_numpy()}))


def _smooth(values: pd.Series, geos: pd.Series | None) -> pd.Series:
    if geos is None:
        return values.interpolate(limit_direction="both")
    return values.groupby(geos).transform(lambda own: own.interpolate(limit_direction="both"))


def fill_periods(frame: Frame, repair: Repair) -> Frame:
    """Rows for the periods that are missing: no media, no event, everything else between its neighbours."""
    mapping, geo = frame.mapping, frame.mapping.geo_column
    date = str(mapping.date_column)
    every = pd.DatetimeIndex(frame.data[date].unique()).sort_values()
    frequency = detect_frequency(every)
    if frequency is None:
        raise UserError(
            "The missing periods cannot be added: the dates are neither daily, weekly nor monthly."
        )
    calendar = expected_dates(every, frequency)
    keys: pd.Index = (
        pd.MultiIndex.from_product([frame.data[geo].unique(), calendar], names=[geo, date])
        if geo
        else pd.DatetimeIndex(calendar, name=date)
    )
    full = frame.data.set_index([geo, date] if geo else date).reindex(keys)
    added = full.index.difference(frame.data.set_index([geo, date] if geo else date).index)
    data = full.reset_index()[list(frame.data.columns)]
    fresh = data.set_index([geo, date] if geo else date).index.isin(added)
    for column in mapping.columns_of(*MEDIA_ROLES):
        data.loc[fresh, column] = 0.0
    between = mapping.columns_of(
        ColumnRole.TARGET,
        ColumnRole.CONTROL,
        ColumnRole.TREATMENT,
        ColumnRole.POPULATION,
        ColumnRole.VALUE_PER_UNIT,
    )
    for column in between:
        smooth = _smooth(data[column], data[geo] if geo else None)
        data.loc[fresh, column] = smooth[fresh]
    return frame.but(data=data, placed=False)


FRAME_REPAIRS: dict[RepairCode, Callable[[Frame, Repair], Frame]] = {
    # Rows are dropped and filled down while the file is typed, before anything else.
    RepairCode.DROP_ROWS: lambda frame, repair: frame,
    RepairCode.FILL_DOWN: lambda frame, repair: frame,
    RepairCode.DROP_COLUMN: drop_column,
    RepairCode.CLIP_NEGATIVE: clip_negative,
    RepairCode.TRIM_TO_KPI: trim_to_kpi,
    RepairCode.FILL_MISSING_ZERO: fill_zero,
    RepairCode.INTERPOLATE: interpolate,
    RepairCode.FILL_PERIODS: fill_periods,
}
