"""How well promotions of a year not seen are forecast, beside the plain method of the schema's document.

`python -m tests.bench.promo_backtest` learns from the first year of the sample and forecasts the sales of
every cell-day with a promotion in the second, knowing only what was planned: department, sales channel,
days and discount. Beside it stands weekday mean of days without promotion x coefficient of the discount band,
both from the first year. With `rolling` it is repeated with the history up to the day before each promotion
(baseline every time, the curves learned anew each quarter): the table of docs/promo.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from core.promo.baseline import Baseline
from core.promo.days import band_of
from core.promo.uplift import Uplift, fit_uplift
from tests.core.promo.samples import sample_sales

BAR = 0.5
CELL = ["department", "channel"]


def document(train: pd.DataFrame, ahead: pd.DataFrame) -> pd.Series:
    """Weekday mean of days without promotion x mean ratio of the band in the cell; where the cell never had
    the band, the band's mean ratio over all cells."""
    marked = [frame.assign(weekday=frame["date"].dt.day_of_week) for frame in (train, ahead)]
    means = (
        marked[0][~marked[0]["promo_flag"]].groupby([*CELL, "weekday"])["sales_value"].mean().rename("mean")
    )
    past, plan = (frame[frame["promo_flag"]].join(means, on=[*CELL, "weekday"]) for frame in marked)
    past, plan = (frame.assign(band=frame["discount_pct"].map(band_of)) for frame in (past, plan))
    past = past.assign(ratio=past["sales_value"] / past["mean"])
    own = past.groupby([*CELL, "band"])["ratio"].mean().rename("own")
    shared = past.groupby("band")["ratio"].mean().rename("shared")
    found = plan.join(own, on=[*CELL, "band"]).join(shared, on="band")
    return found["mean"] * found["own"].fillna(found["shared"])


def ours(train: pd.DataFrame, plan: pd.DataFrame, uplift: Uplift, baseline: Baseline) -> pd.Series:
    """Baseline x (1 + expected uplift) of the planned days, from the history of `train`."""
    plain = baseline.forecast(plan["date"].min().date(), plan["date"].max().date())
    found = plan.merge(plain, on=["date", *CELL], suffixes=("", "_plain"), how="left")
    gain = [uplift.draws(row.department, row.channel, row.discount_pct).mean() for row in plan.itertuples()]
    return pd.Series(found["sales_value_plain"].to_numpy() * (1 + np.array(gain)), index=plan.index)


def rolling(sales: pd.DataFrame, plan: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Both methods, each promotion from the days before its first."""
    found, plain = [], []
    known: dict[pd.Timestamp, Uplift] = {}
    for first, part in _promotions(plan):
        train = sales[sales["date"] < first]
        quarter = first.to_period("Q").start_time
        if quarter not in known:
            before = sales[sales["date"] < max(quarter, plan["date"].min())]
            known[quarter] = fit_uplift(before, Baseline.fit(before, "seasonal"))
        baseline = Baseline.fit(train)
        found.append(ours(train, part, known[quarter], baseline))
        plain.append(document(train, part))
    return pd.concat(found).reindex(plan.index), pd.concat(plain).reindex(plan.index)


def _promotions(plan: pd.DataFrame) -> Iterator[tuple[pd.Timestamp, pd.DataFrame]]:
    """Runs of promo days of a cell, together with all others that begin on the same day."""
    ordered = plan.sort_values([*CELL, "date"])
    new = ordered.groupby(CELL)["date"].diff().ne(pd.Timedelta(days=1))
    first = ordered["date"].where(new).ffill()
    yield from ((pd.Timestamp(day), part) for day, part in ordered.groupby(first))


def errors(actual: pd.Series, methods: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Mean absolute percentage error by method."""
    return pd.DataFrame({name: 100 * (found / actual - 1).abs() for name, found in methods.items()})


def show(title: str, plan: pd.DataFrame, methods: Mapping[str, pd.Series]) -> float:
    """The table; returns by how much the error of ours lies under the document's."""
    table = errors(plan["sales_value"], methods)
    print(f"\n{title}: MAPE of {len(plan)} promo days of a cell, in %")
    print(f"{'':28s}{'days':>6s}" + "".join(f"{name:>12s}" for name in methods))
    for names, part in table.groupby([plan["department"], plan["channel"]]):
        print(f"{', '.join(map(str, names)):28s}{len(part):6d}" + "".join(f"{v:12.1f}" for v in part.mean()))
    print(f"{'all':28s}{len(table):6d}" + "".join(f"{value:12.1f}" for value in table.mean()))
    lower = 1 - table["ours"].mean() / table["document"].mean()
    print(f"ours is {lower:.0%} lower")
    return float(lower)


def main(words: list[str]) -> int:
    """0 where the first table is at least half below the document's method."""
    sales = sample_sales()
    cut = sales["date"].min() + pd.DateOffset(years=1)
    train, plan = sales[sales["date"] < cut], sales[(sales["date"] >= cut) & sales["promo_flag"]]
    baseline = Baseline.fit(train)
    uplift = fit_uplift(train, baseline)
    methods = {"document": document(train, plan), "ours": ours(train, plan, uplift, baseline)}
    print(f"baseline in force: {baseline.method.value}")
    lower = show("Learned from the first year", plan, methods)
    if "rolling" in words:
        found, plain = rolling(sales, plan)
        show("Rolling", plan, {"document": plain, "ours": found})
    return 0 if lower >= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
