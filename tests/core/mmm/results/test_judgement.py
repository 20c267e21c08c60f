"""One judgement of a fit: each issue at its threshold, and the same answer on every tab and in every file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import combinations
from typing import Any

import pandas as pd
import pytest

from core.mmm import FittedMMM, charts
from core.mmm.documents.tables import summary_table
from core.mmm.results.insights import Hint, budget_hints, insights_of
from core.mmm.results.judgement import FitThresholds, IssueKind, Judgement, Trust, has_converged, judge
from core.mmm.results.limitations import LimitationKind, limitations_of
from core.mmm.results.summary import judge_model, wording_for
from tests.core.mmm import hand_made as made
from tests.core.mmm.samples import plain, prior_model, weekly

FINE: dict[str, Any] = {
    "converged": True, "max_rhat": 1.0, "min_ess_bulk": 900.0, "divergences": 0, "wmape": 0.06,
    "contraction": {"tv_S": 0.8, "search_S": 0.7, "print_S": 0.5},
}  # fmt: skip
PAIR = {"first": "tv_S", "second": "search_S", "correlation": -0.8}
LIKE_BASELINE = {"first": "tv_S", "second": "baseline", "correlation": -0.8}
LIMITS = FitThresholds()
AROUND = {  # what each value just past and just at its threshold is called
    "max_rhat": ((LIMITS.good_rhat, None), (1.0101, IssueKind.ROUGH_CHAINS),
                 (LIMITS.max_rhat, IssueKind.ROUGH_CHAINS), (1.0501, IssueKind.NOT_CONVERGED)),
    "min_ess_bulk": ((LIMITS.good_ess, None), (399.0, IssueKind.ROUGH_CHAINS),
                     (LIMITS.min_ess, IssueKind.ROUGH_CHAINS), (99.0, IssueKind.NOT_CONVERGED)),
    "divergences": ((0, None), (1, IssueKind.DIVERGENCES)),
    "wmape": ((LIMITS.wmape, None), (0.201, IssueKind.LOOSE_FIT)),
    "holdout": (({"wmape": 0.09}, None), ({"wmape": 0.0901}, IssueKind.HOLDOUT_ERROR)),
    "negative_baseline_probability": ((0.05, None), (0.0501, IssueKind.NEGATIVE_BASELINE),
                                      (0.51, IssueKind.NEGATIVE_BASELINE)),
    "negative_baseline_worst_period": ((0.5, None), (0.51, IssueKind.NEGATIVE_PERIODS)),
    "contraction": (({"tv_S": 0.1}, None), ({"tv_S": 0.0999}, IssueKind.WEAK_DATA)),
    "confounded": (([], None), ([PAIR], IssueKind.CONFOUNDED_CHANNELS),
                   ([LIKE_BASELINE], IssueKind.CONFOUNDED_BASELINE)),
    "outliers": (([], None), ([{"geo": "national", "date": "2024-03-04"}], IssueKind.OUTLIERS)),
}  # fmt: skip
SINGLE = [(name, value, kind) for name, cases in AROUND.items() for value, kind in cases]


@pytest.mark.parametrize(("name", "value", "kind"), SINGLE)
def test_each_issue_begins_beyond_its_threshold(name: str, value: object, kind: IssueKind | None) -> None:
    found = judge(FINE | {name: value})
    assert [issue.kind for issue in found.issues] == ([kind] if kind else [])
    assert all((issue.cure and issue.what[0].islower()) or issue.what[0].isdigit() for issue in found.issues)


def test_a_sound_fit_is_good_and_what_is_not_known_speaks_not_against_it() -> None:
    assert judge(FINE).trust is judge({}).trust is Trust.GOOD
    assert judge(FINE).sentence.startswith("Good")


def test_a_fit_that_did_not_converge_is_not_to_be_trusted_whatever_else_is_fine() -> None:
    found = judge({**FINE, "converged": False, "max_rhat": 1.2, "min_ess_bulk": 30})
    assert found.trust is Trust.NONE and not found.converged
    assert found.sentence.startswith("Not to be trusted: the model has not converged (R-hat 1.200")


def test_a_baseline_that_is_probably_negative_is_not_to_be_trusted() -> None:
    assert judge({**FINE, "negative_baseline_probability": 0.7}).trust is Trust.NONE


def test_many_outliers_ask_for_care_and_a_few_are_only_a_note() -> None:
    days = [{"geo": "national", "date": f"2024-0{month}-01"} for month in range(1, 8)]
    few, many = judge(FINE | {"outliers": days[:3]}, cases=100), judge(FINE | {"outliers": days}, cases=100)
    assert few.trust is Trust.GOOD and not few.reasons and len(few.notes) == 1
    assert many.trust is Trust.CARE and "That is many" in many.reasons[0].what
    assert "1 Jan 2024, 1 Feb 2024" in many.reasons[0].what and "…" in many.reasons[0].what


def test_sentences_call_channels_by_the_names_a_reader_sees() -> None:
    model = prior_model(weekly(60), plain(display_names={"zeta": "Television"}), draws=20)
    model.diagnostics = {"converged": True, "contraction": {"zeta": 0.01}, "confounded": [
        {"first": "zeta", "second": "baseline", "correlation": -0.9}]}  # fmt: skip
    found = judge_model(model, wording_for(model.config, "Sales", "EUR", {}, "week"))
    texts = " ".join(found.warnings)
    assert "Television" in texts and "zeta" not in texts


def test_every_threshold_has_a_default() -> None:
    assert all(isinstance(field.default, int | float) for field in fields(FitThresholds))


# ---------------------------------------------------------------- no two tabs contradict


def grid() -> Iterator[dict[str, Any]]:
    """Hand-made diagnostics: sound, with each value of one, and with each two of the issues together."""
    yield FINE
    changes = [(name, value) for name, value, _ in SINGLE]
    yield from (FINE | {name: value} for name, value in changes)
    issues = [(name, value) for name, value, kind in SINGLE if kind]
    for (first, a), (second, b) in combinations(issues, 2):
        if first != second:
            yield FINE | {first: a, second: b}


@pytest.fixture(scope="module")
def model() -> FittedMMM:
    """Media that come and go with an experiment and a holdout, so that only the diagnostics matter."""
    return prior_model(weekly(130), plain(holdout=13), draws=20)


JUDGED = {
    IssueKind.NEGATIVE_BASELINE: LimitationKind.BASELINE_BELOW_ZERO,
    IssueKind.CONFOUNDED_CHANNELS: LimitationKind.PAIR,
    IssueKind.WEAK_DATA: LimitationKind.QUIET,
}


def test_no_two_tabs_contradict_each_other(model: FittedMMM) -> None:
    count = 0
    for diagnostics in grid():
        found = judge(diagnostics, made.WORDING.label)
        kinds = {issue.kind for issue in found.issues}
        said = {limitation.kind for limitation in limitations_of(model, made.WORDING, found)}
        _verdict_and_warnings_agree(found)
        for issue, limitation in JUDGED.items():
            assert (issue in kinds) == (limitation in said), (diagnostics, issue)
        assert has_converged(diagnostics) == found.converged
        _insights_and_hints_agree(diagnostics, found)
        _charts_and_files_agree(diagnostics, found)
        count += 1
    assert count > 100


def _verdict_and_warnings_agree(found: Judgement) -> None:
    assert (found.trust is Trust.GOOD) == (not found.reasons) == found.sentence.startswith("Good")
    assert found.warnings == [issue.advice for issue in (*found.reasons, *found.notes)]


def _insights_and_hints_agree(diagnostics: dict[str, Any], found: Judgement) -> None:
    evidence = made.evidence(diagnostics=diagnostics)
    insights, hints = insights_of(evidence, made.WORDING), budget_hints(evidence)
    assert (insights.warning is None) == found.converged == (not hints.empty)
    if found.converged:
        spoken = "barely spoke" in " ".join(insights.texts)
        tests = set(hints.loc[hints["hint"] == Hint.TEST, "channel"])
        assert spoken == bool(found.weak_channels) and tests == set(found.weak_channels)


def _charts_and_files_agree(diagnostics: dict[str, Any], found: Judgement) -> None:
    contraction = diagnostics["contraction"]
    frame = pd.DataFrame({"channel": list(contraction), "contraction": list(contraction.values())})
    (bars,) = charts.contraction(frame, made.WORDING).data
    hollow = [fill.startswith("rgba") for fill in bars.marker.color]
    assert sum(hollow) == len(found.weak_channels)
    evidence = made.evidence(diagnostics=diagnostics)
    table = summary_table(made.report(evidence=evidence)).set_index("What")["Value"]
    assert table["Verdict"] == found.sentence
