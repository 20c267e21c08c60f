"""A form of carry-over or saturation is one row: every consumer has it, and half a row is an error."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.mmm.model.curves import (
    ADSTOCKS,
    SATURATION_CODES,
    SATURATIONS,
    Adstock,
    Saturation,
    check_complete,
)
from core.mmm.model.transforms import saturation, turning_points

ROOT = Path(__file__).resolve().parents[4]
MEMBER = '    NONE = "none"\n'
ROW = "    Saturation.NONE: SaturationForm(\n"
# 1 - 2^(-a / half): concave, 1/2 at half.
FUNCTIONS = """
LN2 = math.log(2.0)


@kernel
def _power(carried, half, slope, response, spare):
    for t in range(carried.shape[0]):
        response[t] = 1.0 - math.exp(-LN2 * carried[t] / half)


@kernel
def _power_elasticity(carried, half, slope, response, elasticity, by_slope):
    _power(carried, half, slope, response, elasticity)
    for t in range(carried.shape[0]):
        by_slope[t] = 0.0
        elasticity[t] = LN2 * carried[t] / half * (1.0 - response[t])


@kernel
def _power_at_zero(half, slope):
    return 0.0, LN2 / half, False


@kernel
def _power_curvature(carried, half, slope, response, derivative, curvature):
    for t in range(carried.shape[0]):
        curvature[t] = -LN2 / half * derivative[t]


ADSTOCKS = {"""
PARTS = """    Saturation.POWER: SaturationForm(
        label="Power of two", parameters=(HALF_SATURATION,), respond=_power, elasticity=_power_elasticity,
        at_zero=_power_at_zero, curvature=_power_curvature, turning_point=_concave_from_the_start,
    ),
"""
TERM = "    Saturation.POWER: lambda shape, carried: 1 - pt.exp(-math.log(2) * carried / shape['half']),\n"
PROGRAM = """
import numpy as np
from core.mmm import BudgetProblem, FittedMMM, optimize, simulate
from core.mmm.model.density import log_posterior
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.pymc_model import build_pymc_model
from core.mmm.model.structure import packed, structure_of
from core.mmm.training import keep_draws
from core.mmm.warm_up import _money
from pages.measure.model.labels import SATURATION_LABELS
from pages.measure.model.channels import options_of
from tests.core.mmm.samples import plain, weekly

config = plain(saturation="power")
structure = structure_of(weekly(40), config)
points = draw_prior(structure.layout, 3, np.random.default_rng(1))
buffer, point, gradient = packed(structure), points[0], np.empty(structure.layout.size)
log_posterior(point, gradient, buffer)
for i in range(len(point)):
    step = 1e-6 * np.eye(len(point))[i]
    ends = [log_posterior(point + side * step, np.empty_like(point), buffer) for side in (1, -1)]
    np.testing.assert_allclose((ends[0] - ends[1]) / 2e-6, gradient[i], rtol=1e-4, atol=1e-4)
posterior = keep_draws(structure, points[None], 0)
model = FittedMMM(structure, posterior, points[None], np.zeros((1, 3), bool), {"converged": True}, 0)
plan = optimize(BudgetProblem(model, 4, 1000.0), draws=3)
assert abs(plan.spend.sum() - 1000.0) < 0.01
import pandas as pd
what_if = simulate(model, pd.DataFrame(1.0, index=range(4), columns=list(model.channels)), draws=3)
assert np.isfinite(what_if).all()
assert "Power of two" in SATURATION_LABELS.values()
assert any(option.path[-1] == "half_sd" for option in options_of(config, "zeta"))
build_pymc_model(structure)
print("every consumer has it")
"""


def copied(folder: Path, curves, terms=lambda text: text) -> Path:
    """The checkout's code with curves.py and the PyMC twin changed."""
    for room in ("core", "pages", "tests", "db"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__", "browser"))
    for name, change in (("curves", curves), ("pymc_terms", terms)):
        path = folder / "core" / "mmm" / "model" / f"{name}.py"
        path.write_text(change(path.read_text()))
    return folder


def added(row: str):
    """Makes curves.py know one saturation more, by this row."""

    def change(text: str) -> str:
        text = text.replace(MEMBER, MEMBER + '    POWER = "power"\n', 1).replace(
            "\nADSTOCKS = {", FUNCTIONS, 1
        )
        return text.replace(ROW, row + ROW, 1)

    return change


def run(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache")}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_new_saturation_is_one_row_and_one_pymc_term(tmp_path):
    twin = "    Saturation.NONE: lambda"
    folder = copied(tmp_path, added(PARTS), lambda text: text.replace(twin, TERM + twin, 1))
    ended = run(folder, PROGRAM)
    assert ended.stdout.strip().endswith("every consumer has it"), ended.stderr[-2000:]


@pytest.mark.slow
def test_a_saturation_without_a_row_is_an_error_when_the_table_is_imported(tmp_path):
    ended = run(copied(tmp_path, added("")), "import core.mmm.model.curves")
    assert "Saturation 'power' has no row." in ended.stderr


def test_a_row_that_lacks_a_part_is_named():
    half = SATURATIONS | {Saturation.HILL: replace(SATURATIONS[Saturation.HILL], curvature=None)}
    with pytest.raises(TypeError, match="Saturation 'hill' lacks curvature"):
        check_complete(half, Saturation, "Saturation")
    with pytest.raises(TypeError, match="Adstock 'weibull' has no row"):
        check_complete({key: ADSTOCKS[key] for key in list(Adstock)[:2]}, Adstock, "Adstock")


@pytest.mark.parametrize("slope", [0.7, 1.0, 1.5, 4.0])
def test_a_curve_turns_where_its_slope_is_greatest(slope):
    exposure = np.linspace(0, 5, 20_001)
    steepest = exposure[np.diff(saturation(Saturation.HILL, exposure, 1.3, slope)).argmax()]
    kinds = np.array([SATURATION_CODES[Saturation.HILL]])
    (turn,) = turning_points(kinds, np.full((1, 1), 1.3), np.full((1, 1), slope))[0]
    assert turn == pytest.approx(steepest, abs=1e-3)
