"""The two weeks after a promotion: what its customers bought ahead is missing then."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.promo.baseline import Baseline
from core.promo.events import FAR, NEAR
from core.promo.scenarios.figures import interval
from core.promo.scenarios.period import PromoPeriod
from core.promo.scenarios.response import Aims, struck
from core.promo.scenarios.unknowns import Unknowns
from core.promo.uplift import Uplift
from core.promo.weekdays import closed_weekdays

Floats = NDArray[np.float64]


def after_of(
    period: PromoPeriod, aims: Aims, unknowns: Unknowns, baseline: Baseline, uplift: Uplift
) -> dict[str, object]:
    """The dip of the promoted cells in the 14 days behind the last one, as `PromoKpis.after` has it."""
    last = period.dates[-1]
    dates = pd.date_range(last + pd.Timedelta(days=1), periods=FAR, freq="D")
    promoted = struck(aims, len(period.cells)) > 0
    weeks = _weeks_after(period, dates, baseline, uplift) * promoted[:, None]
    usual = unknowns.level[:, :, None] * weeks
    lost = (usual[:, :, 0] * (unknowns.near - 1) + usual[:, :, 1] * (unknowns.late - 1)).sum(axis=1)
    whole = float(weeks.sum())
    share = lost / np.where(usual.sum(axis=(1, 2)) > 0, usual.sum(axis=(1, 2)), np.inf)
    return _row(dates[0].date(), dates[-1].date(), whole, lost, share)


def _row(first: dt.date, last: dt.date, whole: float, lost: Floats, share: Floats) -> dict[str, object]:
    money, part = interval(lost), interval(share)
    return {
        "first_on": first.isoformat(), "last_on": last.isoformat(), "baseline_sales_value": whole,
        "sales_value": float(lost.mean()), "sales_value_lower": money[0], "sales_value_upper": money[1],
        "share": float(share.mean()), "share_lower": part[0], "share_upper": part[1],
    }  # fmt: skip


def _weeks_after(period: PromoPeriod, dates: pd.DatetimeIndex, baseline: Baseline, uplift: Uplift) -> Floats:
    """(cell, week) sales without a dip: the period's level carried on by the calendar, so that no further
    forecast is needed."""
    both = pd.date_range(period.dates[0], dates[-1], freq="D")
    at = [uplift.place(cell.department, cell.channel, cell.geo) for cell in period.cells]
    design, columns = uplift.regression.calendar_design(both)
    logs = (design @ uplift.regression.mean[columns]).reshape(len(uplift.days.cells), len(both))[at]
    known = [baseline.days.cells.index(cell) for cell in period.cells]
    usual = np.exp(logs) * ~closed_weekdays(baseline.days, both)[known]
    during = usual[:, : len(period.dates)].sum(axis=1)
    scale = period.base[0] / np.where(during > 0, during, np.inf)
    ahead = usual[:, len(period.dates) :] * scale[:, None]
    return np.stack([ahead[:, :NEAR].sum(axis=1), ahead[:, NEAR:].sum(axis=1)], axis=1)
