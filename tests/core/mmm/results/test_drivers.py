"""What moves the KPI besides media: effects in natural units, totals that the decomposition has, too."""

from __future__ import annotations

import numpy as np
import pytest

from core.mmm import FittedMMM
from core.mmm.results.drivers import DriverKind, drivers
from tests.core.mmm.samples import MERIDIAN, ROBYN, meridian, plain, prior_model, robyn, weekly


@pytest.fixture(scope="module")
def model() -> FittedMMM:
    return prior_model(robyn(), ROBYN)


def test_totals_of_controls_and_events_are_those_of_the_decomposition(model: FittedMMM) -> None:
    start, end = "2018-01-01", "2018-12-31"
    found = drivers(model, start=start, end=end)
    parts = model.decomposition(start=start, end=end).groupby("component")["value"].sum()
    control = found[found["kind"] == DriverKind.CONTROL].set_index("name")["total"]
    assert control["competitor_sales_B"] == pytest.approx(parts["competitor_sales_B"], rel=1e-6)
    events = found.loc[found["kind"] == DriverKind.EVENT, "total"].sum()
    assert events == pytest.approx(parts["events"], rel=1e-6)


def test_a_treatment_is_read_per_unit_above_its_reference() -> None:
    model = prior_model(weekly(100), plain(control_columns=[], treatment_columns={"price": 9.0}))
    row = drivers(model).set_index("name").loc["price"]
    k = model.structure.design.names.index("price")
    unit = model.posterior.theta[:, 0, k].mean() * model.structure.scales.kpi_mean[0]
    assert row["effect"] == pytest.approx(unit / model.structure.recipe.treatment_scale[0])
    moved = float((model.structure.panel.treatments[0, :, 0] - 9.0).sum())
    assert row["total"] == pytest.approx(row["effect"] * moved)
    assert row["per"] == "one unit above 9.00"


def test_intervals_widen_with_their_level_and_hold_the_mean(model: FittedMMM) -> None:
    narrow, wide = drivers(model, 0.5), drivers(model, 0.95)
    assert (
        wide["effect_upper"] - wide["effect_lower"] >= narrow["effect_upper"] - narrow["effect_lower"]
    ).all()
    assert ((wide["effect_lower"] <= wide["effect"]) & (wide["effect"] <= wide["effect_upper"])).all()


def test_the_season_is_its_highest_over_its_lowest_point(model: FittedMMM) -> None:
    season = drivers(model).set_index("kind").loc[DriverKind.SEASON]
    assert season["effect"] > 0 and np.isnan(season["total"])


def test_only_events_inside_the_dates_are_listed(model: FittedMMM) -> None:
    quiet = drivers(model, start="2016-07-04", end="2016-07-31")
    assert not (quiet["kind"] == DriverKind.EVENT).any()


def test_regions_count_together() -> None:
    found = drivers(prior_model(meridian(), MERIDIAN, draws=30))
    assert set(found["kind"]) >= {
        DriverKind.TREATMENT,
        DriverKind.CONTROL,
        DriverKind.SEASON,
        DriverKind.TREND,
    }
