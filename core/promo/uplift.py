"""What a discount brings: uplift by cell, continuous in the discount, with intervals and a table of bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import UserError
from core.promo.baseline import Baseline
from core.promo.days import ALL_GEOS, Cell, CellDays, DiscountBand, Floats, band_of, cell_days
from core.promo.events import PromoEvent
from core.promo.pooled_curve import CurveDraws, sample_curves
from core.promo.regression import Regression, explain

LEVEL = 0.9
MOST_PCT = 95.0
_NOT_CONVERGED = (
    "The sampler did not converge (R-hat {0.max_rhat:.2f}, {0.divergences} divergences): learn again before "
    "relying on these coefficients."
)


AROUND_DAYS = 56
PRIOR_SD = 0.5  # points of margin per point of discount: nobody knows, between none and all of it
OWN_SD = 0.1


@dataclass(frozen=True)
class MarginSlope:
    """`mean`, `sd` (cell,) points of margin % per point of discount; `price` share of a stated discount that
    the average price per unit really fell by (cells together)."""

    mean: Floats
    sd: Floats
    price: float


def margin_slope(days: CellDays, events: tuple[PromoEvent, ...]) -> MarginSlope:
    """Slopes through the origin from events against the days around them without promotions.

    Each cell's slope is drawn towards that of all cells together, as far as its events are few.
    """
    owner = np.array([event.cell for event in events], dtype=int)
    discount = np.array([event.discount_pct for event in events])
    margin, price = _changes(days, events)
    cells = len(days.cells)
    good, priced = np.isfinite(margin), np.isfinite(price)
    fell = _through_origin(discount[priced] / 100, price[priced])[0] if priced.any() else 1.0
    if not good.any():
        return MarginSlope(np.zeros(cells), np.full(cells, PRIOR_SD), fell)
    owner, discount, margin = owner[good], discount[good], margin[good]
    shared, shared_sd, noise = _through_origin(discount, margin)
    weight = np.bincount(owner, discount**2, cells) / noise**2
    pull = 1 / (OWN_SD**2 + shared_sd**2)
    mean = (np.bincount(owner, discount * margin, cells) / noise**2 + shared * pull) / (weight + pull)
    return MarginSlope(mean, 1 / np.sqrt(weight + pull), fell)


def _through_origin(x: Floats, y: Floats) -> tuple[float, float, float]:
    """Slope of y on x with a wide prior, its sd, and the sd of what is left."""
    slope = float(x @ y / (x @ x))
    noise = max(float(np.sqrt(np.mean((y - slope * x) ** 2))), 1e-6)
    return slope, float(1 / np.sqrt(x @ x / noise**2 + 1 / PRIOR_SD**2)), noise


def _changes(days: CellDays, events: tuple[PromoEvent, ...]) -> tuple[Floats, Floats]:
    """(event,) points of margin won, and share of the unit price given up, against the days around."""
    margin, price = np.full(len(events), np.nan), np.full(len(events), np.nan)
    plain = days.sold & ~days.promo
    for place, event in enumerate(events):
        around = np.zeros(plain.shape[1], bool)
        around[max(event.start - AROUND_DAYS, 0) : event.stop + AROUND_DAYS] = True
        usual = _rates(days, event.cell, plain[event.cell] & around)
        during = np.zeros(plain.shape[1], bool)
        during[event.start : event.stop] = days.sold[event.cell, event.start : event.stop]
        now = _rates(days, event.cell, during)
        margin[place], price[place] = 100 * (now[0] - usual[0]), 1 - now[1] / usual[1]
    return margin, price


def _rates(days: CellDays, cell: int, on: NDArray[np.bool_]) -> tuple[float, float]:
    """Margin as a share of sales, and money per unit; NaN where nothing was sold."""
    sales, margin, units = (
        float(np.nansum(part[cell, on])) for part in (days.sales, days.margin, days.units)
    )
    return (margin / sales if sales > 0 else np.nan), (sales / units if units > 0 else np.nan)


@dataclass(frozen=True)
class Uplift:
    """Estimated uplift. `curves` draws by cell, `margin` points of margin by cell, `regression` with dip and
    cannibalisation, `version` the name under which the coefficients are kept."""

    days: CellDays
    regression: Regression
    curves: CurveDraws
    margin: MarginSlope
    version: str

    def draws(self, department: str, channel: str, discount_pct: float, geo: str = ALL_GEOS) -> Floats:
        """(draw,) uplift of sales as a share of the baseline. UserError for an unknown cell or discount."""
        if not 0 <= discount_pct <= MOST_PCT:
            raise UserError(f"A discount lies between 0 and {MOST_PCT:g} %, not {discount_pct:g} %.")
        return self.curves.at(self.place(Cell(department, channel, geo)), discount_pct / 100)

    @property
    def converged(self) -> bool:
        """Whether the sampler's chains agree, so that the intervals can be trusted."""
        return self.curves.converged

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader of the curves must know, in sentences; empty where all is well."""
        found = [] if self.converged else [_NOT_CONVERGED.format(self.curves)]
        taught = {event.cell for event in self.regression.events}
        untaught = [str(cell) for place, cell in enumerate(self.days.cells) if place not in taught]
        if not taught:
            found.append("No promotion lies in the history: every uplift is a guess made without data.")
        elif untaught:
            found.append(
                f"Without a promotion of their own, shown as all others react: {'; '.join(untaught)}."
            )
        return tuple(found)

    def place(self, cell: Cell) -> int:
        """The place of a cell among those of the sales. UserError for one that was never sold."""
        if cell not in self.days.cells:
            raise UserError(f"Nothing was ever sold in {cell}.")
        return self.days.cells.index(cell)

    def curve(
        self, department: str, channel: str, discount_pct: float, geo: str = ALL_GEOS
    ) -> tuple[float, float, float]:
        """Mean and 90 % interval of the uplift of sales in percent of the baseline."""
        found = 100 * self.draws(department, channel, discount_pct, geo)
        tail = (1 - LEVEL) / 2
        lower, upper = np.quantile(found, [tail, 1 - tail])
        return float(found.mean()), float(lower), float(upper)

    def events_of(self, cell: int) -> tuple[PromoEvent, ...]:
        """The promotions of a cell it was estimated from; none means that the pooled value is shown."""
        return tuple(event for event in self.regression.events if event.cell == cell)

    @property
    def table(self) -> pd.DataFrame:
        """Rows of `uplift_coefficients`: department, channel, discount_band, uplift_sales_pct,
        uplift_units_pct, margin_impact_pct (points), confidence (0..1, that the sign is right), sample_size
        (promo days), model_version; at the band's own mean discount, all geos' mean."""
        rows = [
            self._row(place, cell, band)
            for place, cell in enumerate(self.days.cells)
            for band in DiscountBand
        ]
        keys = ["department", "channel", "discount_band"]
        return (
            pd.DataFrame(rows)
            .groupby(keys, as_index=False, sort=False)
            .agg(
                uplift_sales_pct=("uplift_sales_pct", "mean"),
                uplift_units_pct=("uplift_units_pct", "mean"),
                margin_impact_pct=("margin_impact_pct", "mean"),
                confidence=("confidence", "mean"),
                sample_size=("sample_size", "sum"),
                model_version=("model_version", "first"),
            )
        )

    def _row(self, place: int, cell: Cell, band: DiscountBand) -> dict[str, object]:
        events = [event for event in self.events_of(place) if band_of(event.discount_pct) == band]
        discount = float(np.mean([e.discount_pct for e in events])) if events else band.lower_pct + 5.0
        gain = self.draws(cell.department, cell.channel, discount, cell.geo)
        chance = np.random.default_rng(0).standard_normal(len(gain)) * self.curves.scatter
        up = float(np.mean(np.log1p(gain) + chance > 0))
        fall = 1 - self.margin.price * discount / 100
        return {
            "department": cell.department,
            "channel": cell.channel,
            "discount_band": band.value,
            "uplift_sales_pct": 100 * float(gain.mean()),
            "uplift_units_pct": 100 * float(((1 + gain) / max(fall, 0.05) - 1).mean()),
            "margin_impact_pct": float(self.margin.mean[place]) * discount,
            "confidence": max(up, 1 - up),
            "sample_size": sum(event.stop - event.start for event in events),
            "model_version": self.version,
        }


def fit_uplift(sales: pd.DataFrame, baseline: Baseline, seed: int = 1, version: str = "1") -> Uplift:
    """The uplift of promotions in `sales`, measured against a baseline estimated from the same days.

    The regression that the seasonal baseline stands on is solved together with events, dip and
    cannibalisation, so that what is not known of the baseline widens the intervals. Runs NUTS: seconds.
    """
    days = cell_days(sales)
    same = days.sales.shape == baseline.days.sales.shape and np.array_equal(
        days.sales, baseline.days.sales, equal_nan=True
    )
    found = baseline.regression if same else explain(days, days.sales)
    owner = np.array([event.cell for event in found.events], dtype=np.int64)
    discount = np.array([event.discount_pct for event in found.events]) / 100
    effect, covariance = found.effects
    curves = sample_curves(days.cells, owner, discount, effect, covariance, seed)
    return Uplift(days, found, curves, margin_slope(days, found.events), version)
