"""Both engines sample the same posterior."""

import numpy as np
import pytest

from core.errors import UserError
from core.mmm import Cancelled, fit
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.structure import structure_of
from core.mmm.sampling.pymc_nuts import points_of
from tests.core.mmm.samples import plain, weekly

EFFORT = {"draws": 500, "tune": 500, "chains": 2, "seed": 3}


def driven():
    """A frame whose media drive sales, so that there is something to agree on."""
    frame = weekly(60)
    return frame.assign(sales=frame.sales + 2.0 * frame.zeta + 3.0 * frame.alpha)


@pytest.mark.slow
def test_both_engines_agree_on_channel_totals_within_monte_carlo_error():
    seen = []
    models = [
        fit(driven(), plain(), **EFFORT),
        fit(driven(), plain(), **EFFORT, engine="pymc", progress=lambda *report: seen.append(report)),
    ]
    assert {stage for stage, *_ in seen} == {"prepare", "compile", "tune", "sample", "summarise"}
    assert all(model.diagnostics["max_rhat"] < 1.05 for model in models)
    assert models[0].trace.shape == models[1].trace.shape
    means, errors = zip(*map(total_and_error, models), strict=True)
    assert (np.abs(means[1] - means[0]) < 4 * np.hypot(*errors)).all()
    parameters, spreads = zip(*map(point_and_error, models), strict=True)
    assert (np.abs(parameters[1] - parameters[0]) < 4.5 * np.hypot(*spreads)).all()


def total_and_error(model):
    """Posterior mean contribution by channel and its Monte-Carlo standard error."""
    totals = model.contributions(model.posterior.draws).sum(["geo", "date"]).to_numpy()
    effective = min(model.diagnostics["min_ess_bulk"], len(totals))
    return totals.mean(axis=0), totals.std(axis=0) / np.sqrt(effective)


def point_and_error(model):
    """The same for every sampled parameter."""
    flat = model.trace.reshape(-1, model.structure.layout.size)
    return flat.mean(axis=0), flat.std(axis=0) / np.sqrt(model.diagnostics["min_ess_bulk"])


def test_draws_of_the_pymc_model_become_the_points_of_the_kernel():
    layout = structure_of(weekly(40), plain(adstock={"alpha": "weibull"})).layout
    points = draw_prior(layout, 5, np.random.default_rng(0))[None]
    natural = {}
    for place, name in enumerate(layout.names):
        own = points[..., place]
        value = 1 / (1 + np.exp(-own)) if name.startswith("retention") else np.exp(own)
        natural.setdefault(name.partition("[")[0], []).append(value)
    stacked = {name: np.stack(values, axis=-1) for name, values in natural.items()}
    np.testing.assert_allclose(points_of(layout, stacked), points, rtol=1e-9, atol=1e-9)


def test_a_fit_in_pymc_can_be_cancelled_before_it_compiles():
    with pytest.raises(Cancelled):
        fit(weekly(40), plain(), engine="pymc", progress=lambda stage, *_: stage != "compile")


def test_an_unknown_engine_is_refused():
    with pytest.raises(UserError, match="engine must be one of kernel, pymc, not stan"):
        fit(weekly(40), plain(), engine="stan")
