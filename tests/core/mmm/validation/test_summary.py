import datetime as dt
from typing import Any

import pytest

from core.errors import UserError
from core.mmm.validation import Fold, FoldResult, Naive, Scores, summarise

START = dt.date(2024, 1, 1)


def result(
    fold: int, crps: float = 1.0, naive: float = 2.0, **shares: tuple[float, float, float]
) -> FoldResult:
    """A slice of eight weeks whose model and naive forecast scored that much per case."""
    first = START + dt.timedelta(weeks=8 * fold)
    part = Fold(fold, first - dt.timedelta(weeks=1), first, first + dt.timedelta(weeks=7), 8, START, START)

    def scores(mean: float) -> Scores:
        return Scores(8, 8 * mean, 8 * mean, 800, 8 * mean**2, 800, 80_100, 7)

    def row(name: str, share: tuple[float, float, float]) -> dict[str, Any]:
        ends = dict(zip(("share", "share_lower", "share_upper"), share, strict=True))
        return {"channel": name, **ends, "roas": 10 * share[0], "roas_lower": None, "roas_upper": None}

    channels = tuple(row(name, share) for name, share in shares.items())
    return FoldResult(
        part,
        scores(crps),
        scores(naive),
        Naive.LAST_YEAR,
        True,
        1.0,
        0,
        2.0,
        (),
        channels,
        ("TV had not run yet.",),
    )


def test_errors_of_all_cases_are_summed_before_they_are_divided() -> None:
    found = summarise([result(2, 3.0, 4.0), result(1, 1.0, 4.0)])
    assert found.scores.crps == 2.0 and found.skill == 0.5
    assert list(found.by_slice["fold"]) == [1, 2]
    assert list(found.by_slice["skill"]) == [0.75, 0.25]
    assert found.skill_words == "50 % better than repeating last year"
    assert found.left_out[0] == "Until 2024-02-19: TV had not run yet."


def test_a_forecast_worse_than_last_year_is_called_so() -> None:
    assert summarise([result(1, 3.0, 2.0)]).skill_words == "50 % worse than repeating last year"


def test_a_channel_is_steady_where_all_slices_find_room_for_the_same_share() -> None:
    found = summarise(
        [
            result(1, tv=(0.1, 0.05, 0.15), radio=(0.1, 0.09, 0.11)),
            result(2, tv=(0.14, 0.12, 0.2), radio=(0.3, 0.25, 0.35)),
        ]
    )
    table = found.stability.set_index("channel")
    assert bool(table.loc["tv", "steady"]) and found.unsteady == ("radio",)
    assert table.loc["radio", "spread"] == pytest.approx(0.2 / 0.2)
    assert table.loc["tv", "roas_high"] == pytest.approx(1.4)


def test_one_slice_says_nothing_about_steadiness() -> None:
    found = summarise([result(1, tv=(0.1, 0.05, 0.15))])
    assert found.stability.loc[0, "steady"] is None and found.unsteady == ()


def test_nothing_can_be_said_of_no_slice() -> None:
    with pytest.raises(UserError):
        summarise([])
