import subprocess
import sys

import numpy as np
import pytest

from core.errors import UserError
from core.mmm import BudgetProblem, FittedMMM, fit_quick
from core.mmm.model.structure import structure_of
from core.mmm.quick_fit.effort import QuickFitSettings
from core.mmm.quick_fit.model import quick_fit_of
from tests.core.mmm.samples import (
    MERIDIAN,
    ROBYN,
    geo_model,
    meridian,
    plain,
    recovery,
    robyn,
    robyn_model,
    weekly,
)


def distance(draft: FittedMMM, full: FittedMMM):
    """Shift of the mean contributions in sd of the full fit, and the ratio of the intervals' widths."""
    found, wanted = draft.channel_summary(), full.channel_summary()
    width = wanted.contribution_upper - wanted.contribution_lower
    shift = (found.contribution - wanted.contribution).abs() / (width / 3.29)
    return shift, (found.contribution_upper - found.contribution_lower) / width


@pytest.mark.parametrize(
    ("frame", "config", "full"),
    [(robyn, ROBYN, robyn_model), (meridian, MERIDIAN, geo_model)],
    ids=["national", "geos"],
)
def test_a_draft_comes_close_to_the_full_fit(frame, config, full):
    draft = fit_quick(frame(), config, seed=2)
    shift, widths = distance(draft, full())
    assert shift.mean() < 0.15 and shift.max() < 0.4
    assert widths.min() > 0.7 and widths.max() < 1.4
    assert draft.diagnostics["r2"] == pytest.approx(full().diagnostics["r2"], abs=0.01)
    assert draft.diagnostics["settled"]


def test_a_draft_finds_the_contributions_of_the_public_benchmark():
    data, truth, media = recovery()
    config = plain(date_column="date", target_column="y", channel_columns=media, control_columns=["c1", "c2"])
    found = fit_quick(data, config).channel_summary().set_index("channel").loc[media]
    inside = (truth.sum() >= found.contribution_lower) & (truth.sum() <= found.contribution_upper)
    assert (found.contribution - truth.sum()).abs().sum() / truth.to_numpy().sum() < 0.15
    assert inside.mean() >= 0.75


def test_a_draft_says_that_it_is_one_and_how_it_came_about():
    found = fit_quick(weekly(), plain()).diagnostics
    assert found["draft"] is True and found["converged"] is False
    assert np.isfinite(found["pareto_k"]) and found["modes"] >= 1
    assert found["mode_steps"] > 0 and found["gradients"] > 0 and 0.5 < found["acceptance"] <= 1
    assert found["seconds"] == pytest.approx(sum(found["seconds_by_stage"].values()))


def test_a_draft_is_refused_by_the_planner_and_cannot_be_saved(tmp_path):
    draft = fit_quick(weekly(), plain(), draws=50)
    with pytest.raises(UserError, match="has not converged"):
        BudgetProblem(draft, periods=4, total=1000.0)
    with pytest.raises(UserError, match="train the model"):
        draft.save(tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_a_draft_answers_what_a_fitted_model_answers():
    frame = weekly()
    draft = fit_quick(frame, plain(), draws=120)
    assert draft.contributions(30).shape == (30, 1, 60, 2)
    assert draft.baseline(30).shape == (30, 1, 60)
    assert draft.predict(frame.tail(5), 30).shape == (30, 1, 5)
    assert draft.response_curves(7).shape == (120, 2, 7)


def test_the_same_seed_gives_the_same_draft():
    structure = structure_of(weekly(), plain())
    first, again, other = (quick_fit_of(structure, seed=seed, draws=50) for seed in (4, 4, 5))
    assert np.array_equal(first.trace, again.trace)
    assert not np.array_equal(first.trace, other.trace)


def test_a_draft_that_has_not_settled_says_so_in_words():
    structure = structure_of(meridian(), MERIDIAN)
    hasty = QuickFitSettings(starts=1, proposals=250, walkers=12, settling=0, kept=6)
    found = quick_fit_of(structure, effort=hasty).diagnostics
    assert not found["settled"]
    assert any("rough" in sentence for sentence in found["warnings"])


@pytest.mark.parametrize("draws", [0, 1001])
def test_an_impossible_number_of_draws_is_refused(draws):
    with pytest.raises(UserError, match="between 1 and 1000"):
        fit_quick(weekly(), plain(), draws=draws)


def test_making_a_draft_loads_no_sampler():
    code = (
        "import sys\n"
        "from core.mmm import draft_fit\n"
        "from tests.core.mmm.samples import plain, weekly\n"
        "draft_fit(weekly(), plain(), draws=20).channel_summary()\n"
        "print([m for m in ('pymc', 'pytensor', 'nutpie', 'arviz', 'streamlit') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
