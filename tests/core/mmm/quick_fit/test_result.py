import pandas as pd
import pytest

from core.mmm import fit_quick
from core.mmm.quick_fit.result import answer_of, difference_words, differences
from tests.core.mmm.samples import plain, robyn_model, weekly


@pytest.fixture(scope="module")
def answer():
    return answer_of(
        fit_quick(weekly(), plain(organic_columns=["alpha"], channel_columns=["zeta"]), draws=300)
    )


def shifted(answer, by=0.0, stretched=1.0):
    """A full fit's records: the draft's, means lower by `by` sd, intervals 1 / `stretched` as wide."""
    rows = []
    for row in answer.channels.to_dict("records"):
        half = (row["share_upper"] - row["share_lower"]) / 2 / stretched
        mean = row["share"] - by * half / 1.6449
        ends = {"contribution_lower": 1000 * (mean - half), "contribution_upper": 1000 * (mean + half)}
        rows.append({"channel": row["channel"], "share": mean, "contribution": 1000 * mean, **ends})
    return rows


def test_the_answer_holds_shares_that_add_up_and_returns_of_paid_channels_only(answer):
    table = answer.channels.set_index("channel")
    assert answer.media_share.mean == pytest.approx(table.share.sum())
    assert answer.media_share.lower < answer.media_share.mean < answer.media_share.upper
    assert (table.share_lower < table.share).all() and (table.share < table.share_upper).all()
    assert table.roas["zeta"] > 0 and pd.isna(table.roas["alpha"])
    assert 0 < answer.r2 < 1 and answer.seconds > 0


def test_the_same_answer_agrees_with_itself(answer):
    table = differences(answer, shifted(answer))
    assert table.agrees.all() and table["shift"].abs().max() < 1e-6
    assert table.width.tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize(
    ("by", "stretched", "words"),
    [
        (1.2, 1.0, "differs: 1.2 sd higher"),
        (-2.0, 1.0, "differs: 2.0 sd lower"),
        (0.0, 2.0, "differs: interval 2.0 times as wide"),
        (0.2, 0.5, "differs: interval only 50 % as wide"),
        (0.3, 1.1, "agrees"),
    ],
)
def test_what_differs_is_said_in_words(answer, by, stretched, words):
    table = differences(answer, shifted(answer, by, stretched))
    assert [difference_words(*pair) for pair in zip(table["shift"], table.width, strict=True)] == [words] * 2
    assert (table.agrees == (words == "agrees")).all()


def test_a_real_full_fit_of_other_channels_leaves_nothing_to_compare(answer):
    assert differences(answer, robyn_model().channel_summary().to_dict("records")).empty


def test_a_channel_without_any_contribution_has_no_comparison_to_fail_on():
    assert difference_words(float("nan"), 1.0) == "no comparison"
