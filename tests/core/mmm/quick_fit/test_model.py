import subprocess
import sys

import numpy as np
import pytest

from core.errors import UserError
from core.mmm import BudgetProblem, ChannelPrior, DatasetProblem, FittedMMM, LiftTest, Priors, fit_quick
from core.mmm.model.density import log_posterior
from core.mmm.model.structure import packed, structure_of
from core.mmm.quick_fit.model import quick_fit_of, structure_again
from core.mmm.quick_fit.settings import QuickFitSettings
from core.mmm.sampling.mode import start_point
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

FRAME = weekly()
BELIEFS = (
    {"priors": Priors(media_share_mean=0.2, media_share_sd=0.05, noise_sd=0.1)},
    {"priors": Priors(channels={"zeta": ChannelPrior(retention_mean=0.6, retention_sd=0.1)})},
    {"adstock": "delayed", "saturation": "logistic"},
    {"lift_tests": [LiftTest("zeta", "2023-03-06", "2023-04-03", 500.0, 50.0)]},
)
OTHERS = (
    {"priors": Priors(control_sd=0.05)},
    {"season_pairs": 1},
    {"max_lag": 4},
    {"holdout": 8},
    {"outliers": "keep"},
    {"control_columns": []},
)


def density(structure):
    """The log posterior and its gradient at a plausible point: whatever a structure says is in them."""
    point = start_point(structure)
    gradient = np.empty_like(point)
    return np.r_[log_posterior(point, gradient, packed(structure)), gradient]


@pytest.mark.parametrize("changes", BELIEFS)
def test_other_beliefs_about_media_need_no_second_look_at_the_data(changes):
    known, config = structure_of(FRAME, plain()), plain(**changes)
    made = structure_again(None, config, known)
    assert made.panel is known.panel and made.config == config
    assert density(made) == pytest.approx(density(structure_of(FRAME, config)), rel=1e-9)


@pytest.mark.parametrize("changes", OTHERS)
def test_anything_else_is_read_again(changes):
    config = plain(**changes)
    made = structure_again(FRAME, config, structure_of(FRAME, plain()))
    assert density(made) == pytest.approx(density(structure_of(FRAME, config)), rel=1e-9)


def test_a_lift_test_at_fault_is_named_without_reading_the_data_again():
    late = LiftTest("zeta", "2031-01-05", "2031-02-02", 500.0, 50.0)
    with pytest.raises(DatasetProblem, match="2031"):
        structure_again(None, plain(lift_tests=[late]), structure_of(FRAME, plain()))


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
        "from core.mmm import fit_quick\n"
        "from tests.core.mmm.samples import plain, weekly\n"
        "fit_quick(weekly(), plain(), draws=20).channel_summary()\n"
        "print([m for m in ('pymc', 'pytensor', 'nutpie', 'arviz', 'streamlit') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
