"""Which models may be compared by what, and what the comparison then says."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.charts.formats import Wording
from core.errors import UserError
from core.mmm import FittedMMM
from core.mmm.comparison.charts import channels_by_model, past_forecasts, share_by_fold
from core.mmm.comparison.comparability import Candidate, Criterion
from core.mmm.comparison.models import (
    ModelComparison,
    compare,
    disagreements,
    loo_table,
    model_loo,
    setup_differences,
)
from core.mmm.lift import LiftTest
from core.mmm.validation import Fold, FoldResult, Naive, Scores
from tests.core.mmm.samples import plain, prior_model, weekly

DIAGNOSTICS = {"converged": True, "max_rhat": 1.0, "min_ess_bulk": 900.0, "divergences": 0, "r2": 0.9,
               "wmape": 0.05, "crps": 12.0}  # fmt: skip
START = dt.date(2023, 12, 4)


def model(
    seed: int = 0, frame: pd.DataFrame | None = None, held: float | None = None, **changes: Any
) -> FittedMMM:
    """A readable model of 60 weeks; its draws come from the prior. `held`: the CRPS of its holdout."""
    made = prior_model(weekly() if frame is None else frame, plain(**changes), seed=seed)
    made.diagnostics = dict(DIAGNOSTICS) | ({} if held is None else {"holdout": {"crps": held, "wmape": 0.1}})
    return made


def slices(*errors: float, coverage: float = 0.9, naive: float = 20.0) -> tuple[FoldResult, ...]:
    """One slice of two weeks per error (CRPS)."""

    def one(fold: int, error: float) -> FoldResult:
        first = START + dt.timedelta(weeks=2 * fold)
        part = Fold(
            fold, first - dt.timedelta(weeks=1), first, first + dt.timedelta(weeks=1), 2, START, START
        )
        scores = Scores(2, 2 * error, 2 * error, 200, 2 * error**2, 200, 20_100, 2 * coverage)
        path = [{"date": str(first + dt.timedelta(weeks=week)), "actual": 100.0, "forecast": 100.0 + error,
                 "lower": 90.0, "upper": 110.0, "naive": 80.0} for week in range(2)]  # fmt: skip
        rows = ({"channel": "zeta", "share": 0.1, "share_lower": 0.05, "share_upper": 0.15,
                 "roas": 1.0, "roas_lower": 0.5, "roas_upper": 1.5},)  # fmt: skip
        return FoldResult(part, scores, replace(scores, crps_sum=2 * naive), Naive.LAST_VALUE, True, 1.0, 0,
                           1.0, tuple(path), rows)  # fmt: skip

    return tuple(one(fold, error) for fold, error in enumerate(errors, start=1))


LIFT = LiftTest("zeta", "2023-03-06", "2023-04-02", 900.0, 300.0)


def comparable(*candidates: Candidate) -> dict[Criterion, bool]:
    return {which: own.holds for which, own in compare(candidates).comparability.items()}


def said(found: ModelComparison) -> str:
    return " ".join(found.verdict.sentences)


def test_slices_decide_when_all_models_forecast_the_same_ones() -> None:
    found = compare(
        [Candidate("A", model(0), slices(10, 12, 9)), Candidate("B", model(1), slices(15, 14, 16))]
    )
    assert (found.verdict.best, found.verdict.by, found.verdict.clear) == ("A", Criterion.FOLDS, True)
    assert found.scores.loc["A", "fold_crps"] == pytest.approx(31 / 3)
    assert "31 % below that of “B”, better in 3 of 3 slices" in said(found)
    assert "48 % better than repeating the last value" in said(found)


def test_slices_that_only_some_models_have_forecast_are_left_aside() -> None:
    found = compare([Candidate("A", model(0), slices(10, 10, 1)), Candidate("B", model(1), slices(11, 11))])
    assert len(found.windows) == 2
    assert found.scores.loc["A", "fold_crps"] == 10


def test_a_narrow_lead_is_no_lead_and_one_lucky_slice_no_clear_one() -> None:
    near = compare([Candidate("A", model(0), slices(10, 10)), Candidate("B", model(1), slices(10.1, 10.1))])
    assert near.verdict.best is None and "about equally well" in said(near)
    lucky = compare(
        [Candidate("A", model(0), slices(5, 11, 11)), Candidate("B", model(1), slices(10, 10, 10))]
    )
    assert lucky.verdict.best == "A" and not lucky.verdict.clear and "only in 1 of 3" in said(lucky)


def test_a_forecast_that_is_too_sure_or_loses_to_the_past_is_called_so() -> None:
    poor = slices(30, 30, coverage=0.5)
    found = compare([Candidate("A", model(0), poor), Candidate("B", model(1), slices(40, 40, coverage=0.5))])
    assert "held 50 % of what happened" in said(found) and "too sure" in said(found)
    assert "does not beat repeating the last value" in said(found)


def test_a_model_that_did_not_converge_never_wins() -> None:
    bad = model(0)
    bad.diagnostics["converged"] = False
    found = compare([Candidate("A", bad, slices(1, 1)), Candidate("B", model(1), slices(9, 9))])
    assert found.verdict.best == "B" and "“A” did not converge" in said(found)
    worse = model(2)
    worse.diagnostics["converged"] = False
    assert compare([Candidate("A", bad), Candidate("B", worse)]).verdict.best is None


def test_holdouts_count_only_over_the_same_periods() -> None:
    same = compare(
        [Candidate("A", model(0, holdout=6, held=10.0)), Candidate("B", model(1, holdout=6, held=14.0))]
    )
    assert (same.verdict.best, same.verdict.by) == ("A", Criterion.HOLDOUT)
    other = compare(
        [Candidate("A", model(0, holdout=6, held=10.0)), Candidate("B", model(1, holdout=8, held=14.0))]
    )
    assert not other.comparability[Criterion.HOLDOUT].holds and not other.comparability[Criterion.LOO].holds
    assert "different periods back: “A” 2024-01-15 to 2024-02-19, “B” 2024-01-01" in (
        other.comparability[Criterion.HOLDOUT].why
    )
    assert other.verdict.by is None and "cannot be ranked" in said(other)
    one = compare([Candidate("A", model(0, holdout=6, held=10.0)), Candidate("B", model(1))])
    assert one.comparability[Criterion.HOLDOUT].why == "“B” has held no periods back."


def test_another_kpi_or_other_geos_forbid_every_yardstick_but_not_the_channels() -> None:
    doubled = weekly(sales=2 * weekly()["sales"])
    pair = Candidate("A", model(0), slices(10)), Candidate("B", model(1, doubled), slices(11))
    assert not any(comparable(*pair).values())
    assert set(compare(pair).estimates["channel"]) == {"zeta", "alpha"}
    both = pd.concat([weekly().assign(geo=name) for name in ("east", "west")], ignore_index=True)
    by_geo = model(1, both, geo_column="geo", use_geo=True)
    assert not any(
        comparable(Candidate("A", model(0), slices(10)), Candidate("B", by_geo, slices(11))).values()
    )


def test_loo_counts_from_the_best_and_knows_its_error() -> None:
    models = {"A": model(0), "B": model(1)}
    table = loo_table(models)
    each = {name: model_loo(made)[0] for name, made in models.items()}
    best, other = sorted(each, key=lambda name: -each[name].sum())
    lacking = each[best] - each[other]
    assert table.loc[best, "loo_behind"] == 0
    assert table.loc[other, "loo_behind"] == pytest.approx(lacking.sum())
    assert table.loc[other, "loo_behind_se"] == pytest.approx(np.sqrt(60) * lacking.std())


def test_loo_only_hints_where_nothing_later_was_forecast_and_gives_way_where_it_was() -> None:
    alone = compare([Candidate("A", model(0)), Candidate("B", model(1))])
    assert alone.verdict.by == Criterion.LOO and not alone.verdict.clear
    assert "check them on past forecasts" in said(alone)
    favourite = str(alone.scores["loo_behind"].idxmin())
    errors = {name: (20, 20) if name == favourite else (10, 10) for name in "AB"}
    both = compare([Candidate(name, model(seed), slices(*errors[name])) for seed, name in enumerate("AB")])
    assert both.verdict.best != favourite and both.verdict.by == Criterion.FOLDS
    if both.scores["loo_behind"].max() > 2 * both.scores["loo_behind_se"].max():
        assert f"LOO would prefer “{favourite}”" in said(both) and "forecasts decide" in said(both)


def test_channels_are_compared_over_the_dates_all_models_know() -> None:
    shorter = model(1, weekly().iloc[:50])
    found = compare([Candidate("A", model(0)), Candidate("B", shorter)])
    assert found.span is not None and found.span.end == shorter.dates[-1]
    spend = found.estimates.set_index(["model", "channel"])["spend"]
    assert spend["A", "zeta"] == pytest.approx(spend["B", "zeta"])


def test_the_most_disputed_channel_comes_first_and_apart_means_no_common_point() -> None:
    def row(name: str, model: str, mean: float, half: float, roas: bool = True) -> dict[str, Any]:
        ends = {"": mean, "_lower": mean - half, "_upper": mean + half}
        own = {f"contribution{side}": value for side, value in ends.items()}
        return {"channel": name, "model": model} | own | {
            f"roas{side}": value if roas else np.nan for side, value in ends.items()
        }  # fmt: skip

    rows = [row("tv", "A", 1.0, 0.5), row("tv", "B", 1.4, 0.5), row("mail", "A", 1.0, 0.1, roas=False)]
    rows += [row("mail", "B", 2.0, 0.1, roas=False), row("radio", "A", 3.0, 1.0)]
    found = disagreements(pd.DataFrame(rows)).set_index("channel")
    assert list(found.index) == ["mail", "tv", "radio"]
    assert found["gap"].to_dict() == pytest.approx({"mail": 5.0, "tv": 0.4, "radio": 0.0})
    assert found["apart"].to_dict() == {"mail": True, "tv": False, "radio": False}
    assert found.loc["mail", "figure"] == "contribution"


@pytest.mark.parametrize("labels", [["A"], ["A", "A"], list("ABCDEF")])
def test_two_to_five_different_models_are_compared(labels: list[str]) -> None:
    with pytest.raises(UserError, match="Choose 2 to 5 different models"):
        compare([Candidate(label, model()) for label in labels])


def test_charts_draw_every_model_with_its_uncertainty_and_say_so_to_those_who_cannot_see() -> None:
    found = compare([Candidate("A", model(0), slices(10, 12)), Candidate("B", model(1), slices(15, 14))])
    words = Wording()
    for name in ("roas", "contribution"):
        chart = channels_by_model(found.estimates, list(found.disputes["channel"]), words, name)
        assert [trace.name for trace in chart.data] == ["A", "B"]
        assert all(len(trace.error_x.array) == 2 for trace in chart.data)
        assert "2 models" in chart.layout.meta["alt"]
    paths = {"A": [result.path_frame for result in slices(10, 12)]}
    drawn = past_forecasts(paths, ["B", "A"], words)
    assert {trace.name for trace in drawn.data} == {"A", "Repeated", "What happened"}
    steady = share_by_fold(found.summaries["A"].stability, words)
    assert list(steady.data[0].x) == [0.1] and steady.layout.meta["alt"]


def test_only_settings_that_differ_are_listed_as_text() -> None:
    plain_one, other = (
        plain(display_names={"zeta": "TV"}),
        plain(holdout=8, saturation="logistic", lift_tests=[LIFT]),
    )
    table = setup_differences({"A": plain_one, "B": other})
    assert set(table.index) == {"holdout", "saturation", "lift_tests"}
    assert table.loc["holdout"].tolist() == ["0", "8"]
    assert table.loc["saturation"].tolist() == ["hill", "logistic"]
    assert table.loc["lift_tests"].tolist() == ["nothing", "zeta 2023-03-06 to 2023-04-02: 900 ± 300"]
    assert setup_differences({"A": plain(), "B": plain()}).empty
