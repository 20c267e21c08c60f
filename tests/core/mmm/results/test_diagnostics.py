from core.mmm import fit
from core.mmm.model.structure import find_outliers, structure_of
from tests.core.mmm.samples import plain, robyn_model, weekly


def test_an_outlier_gets_a_dummy_and_a_word_and_can_be_kept():
    frame = weekly(80)
    frame.loc[33, "sales"] += 900
    structure = structure_of(frame, plain())
    assert [(g, structure.panel.dates.get_loc(day)) for g, day in structure.recipe.outliers] == [(0, 33)]
    assert structure_of(frame, plain(outliers="keep")).recipe.outliers == ()
    model = fit(frame, plain(), draws=100, tune=200, chains=2)
    assert model.diagnostics["outliers"] == [{"geo": "national", "date": str(model.dates[33].date())}]
    assert any("effect of their own" in word for word in model.diagnostics["warnings"])


def test_ordinary_noise_has_no_outliers():
    structure = structure_of(weekly(150), plain())
    assert find_outliers(structure.panel.kpi / 1000, structure.design, structure.exposure, 150) == []


def test_silent_channels_are_said_to_be_silent():
    model = fit(weekly(100), plain(), draws=100, tune=200, chains=2)
    contraction = robyn_model().diagnostics["contraction"]
    assert contraction["tv_S"] > 0.8
    quiet = [name for name, value in model.diagnostics["contraction"].items() if value < 0.1]
    told = [word for word in model.diagnostics["warnings"] if word.startswith("The data barely spoke about")]
    assert len(told) == bool(quiet) and all(name in told[0] for name in quiet)


def test_too_few_draws_are_not_called_converged():
    model = fit(weekly(80), plain(), draws=10, tune=10, chains=2)
    assert not model.diagnostics["converged"]
    assert model.diagnostics["warnings"][0].startswith("The model has not converged")


def test_one_chain_alone_can_converge():
    found = fit(weekly(80), plain(), draws=400, tune=400, chains=1).diagnostics
    assert found["max_rhat"] < 1.05
