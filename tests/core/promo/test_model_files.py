import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import UserError
from core.promo import model_files
from core.promo.model_files import PromoModel
from tests.core.promo.made import made_baseline, made_uplift


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[PromoModel, Path]:
    model = PromoModel("7", made_baseline(), made_uplift())
    folder = tmp_path_factory.mktemp("model")
    model.save(folder)
    return model, folder


def test_forecasts_and_curves_are_the_same_after_keeping(kept: tuple[PromoModel, Path]) -> None:
    model, folder = kept
    again = PromoModel.load(folder)
    first = model.baseline.days.dates[-1] + pd.Timedelta(days=1)
    for start in (first, first - pd.Timedelta(days=40)):
        end = start + pd.Timedelta(days=6)
        pd.testing.assert_frame_equal(
            again.baseline.forecast(start, end), model.baseline.forecast(start, end)
        )
    pd.testing.assert_frame_equal(again.uplift.table, model.uplift.table)
    pd.testing.assert_frame_equal(again.baseline.backtest, model.baseline.backtest)
    for cell in model.uplift.days.cells:
        assert again.uplift.curve(cell.department, cell.channel, 17.5, cell.geo) == model.uplift.curve(
            cell.department, cell.channel, 17.5, cell.geo
        )
    assert again.uplift.regression.effect_of("dip") == model.uplift.regression.effect_of("dip")
    assert (again.version, again.baseline.method, again.baseline.notes) == (
        "7",
        model.baseline.method,
        model.baseline.notes,
    )


def test_loading_takes_no_fit_and_little_time(kept: tuple[PromoModel, Path]) -> None:
    _, folder = kept
    PromoModel.load(folder)
    began = time.process_time()
    again = PromoModel.load(folder)
    assert time.process_time() - began < 0.5
    assert again.baseline.regression is again.uplift.regression


def test_no_file_holds_a_pickle(kept: tuple[PromoModel, Path]) -> None:
    _, folder = kept
    assert {file.suffix for file in folder.iterdir()} == {".json", ".npz", ".parquet"}
    with np.load(folder / model_files.ARRAYS, allow_pickle=False) as arrays:
        assert all(array.dtype != object for array in arrays.values())


@pytest.mark.parametrize(
    "tree",
    ["", "{}", '{"shared": [], "tree": {"is": "Path", "fields": {}}}', '{"shared": [], "tree": {"eval": 1}}'],
)
def test_files_of_something_else_are_refused(
    kept: tuple[PromoModel, Path], tree: str, tmp_path: Path
) -> None:
    _, folder = kept
    (tmp_path / model_files.ARRAYS).write_bytes((folder / model_files.ARRAYS).read_bytes())
    (tmp_path / model_files.TREE).write_text(tree)
    with pytest.raises(UserError):
        PromoModel.load(tmp_path)


def test_curves_of_another_version_of_the_program_are_refused_with_a_sentence(
    kept: tuple[PromoModel, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _ = kept
    model.save(tmp_path)
    monkeypatch.setattr("core.promo.pooled_curve.KNOTS", np.array([0.0, 0.2, 1.0]))
    with pytest.raises(UserError, match="another version of the program"):
        PromoModel.load(tmp_path)
