"""A tiny made-up data set put through every compiled kernel, so that no user waits for a compiler."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.mmm.choices import Flighting
from core.mmm.config import MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.lift import LiftTest
from core.mmm.model.curves import Adstock, Saturation
from core.mmm.model.media import saturated
from core.mmm.model.preview import prior_preview
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.structure import structure_of
from core.mmm.model.transforms import adstock_weights, saturation
from core.mmm.optimiser.budget_problem import BudgetProblem
from core.mmm.optimiser.plan import optimize
from core.mmm.planning.effects import plan_effects
from core.mmm.quick_fit.model import quick_fit_of
from core.mmm.quick_fit.settings import QuickFitSettings
from core.mmm.sampling.nuts import prepare_sampler
from core.mmm.scenario import simulate
from core.mmm.training import keep_draws

WEEKS = 30


def warm_up() -> None:
    """Load or compile the kernels of sampler, results, what-if and optimiser; starts no thread."""
    prepare_sampler(structure_of(_frame(), _config()))
    warm_up_reading()


def warm_up_reading() -> None:
    """The same for all that screens need of a trained model; loads no sampler."""
    structure = structure_of(_frame(), _config())
    prior_preview(_frame(), _config())
    quick_fit_of(structure, draws=2, effort=QuickFitSettings(starts=1, proposals=100, settling=1, kept=4))
    points = draw_prior(structure.layout, 4, np.random.default_rng(0))[None]
    posterior = keep_draws(structure, points, 0)
    model = FittedMMM(structure, posterior, points, np.zeros((1, 4), bool), {"converged": True}, 0)
    model.channel_summary()
    model.contributions(2)
    model.response_curves(3)
    simulate(model, _money(), draws=2)
    plan_effects(model, _money(), draws=2)
    problem = BudgetProblem(model, 2, 2.0, flighting={"tv": Flighting.OPTIMISED})
    optimize(problem, draws=2)
    optimize(BudgetProblem(model, 2, 2.0), draws=2)
    saturated(posterior.media, 0, np.ones(2))
    saturation(Saturation.HILL, adstock_weights(Adstock.GEOMETRIC, 0.5, 1.0, 3), 1.0, 1.0)


def _money() -> pd.DataFrame:
    return pd.DataFrame({"tv": [1.0, 1.0], "radio": [1.0, 1.0]})


def _frame() -> pd.DataFrame:
    generator = np.random.default_rng(0)
    rows = [
        {"date": date, "geo": geo, "kpi": kpi, "tv": tv, "radio": radio}
        for geo in ("a", "b")
        for date, kpi, tv, radio in zip(
            pd.date_range("2024-01-01", periods=WEEKS, freq="7D"),
            *generator.uniform(1, 2, (3, WEEKS)),
            strict=True,
        )
    ]
    return pd.DataFrame(rows)


def _config() -> MMMConfig:
    test = LiftTest("tv", "2024-02-05", "2024-03-04", 1.0, 1.0)
    return MMMConfig(
        "date", "kpi", ["tv", "radio"], geo_column="geo", use_geo=True, lift_tests=[test], currency="EUR"
    )
