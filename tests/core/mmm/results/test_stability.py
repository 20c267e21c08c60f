"""Which channels moved between two fits."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.json_values import from_json, to_json
from core.mmm import FittedMMM
from core.mmm.results.stability import Bounds, Stability, stability_of
from tests.core.mmm.samples import plain, prior_model, weekly

NAMED = {"zeta": "Television", "alpha": "Radio"}


def model(weeks: int = 52, seed: int = 1, **changes) -> FittedMMM:
    return prior_model(weekly(60).iloc[:weeks], plain(display_names=NAMED, **changes), 200, seed)


def louder(base: FittedMMM, factor: float) -> FittedMMM:
    """The same model with the first channel's effect multiplied."""
    beta = base.posterior.media.beta * np.array([factor, 1.0])
    posterior = replace(base.posterior, media=replace(base.posterior.media, beta=beta))
    return FittedMMM(base.structure, posterior, base.trace, base.diverging, {}, base.seed)


def test_the_same_answer_is_steady():
    found = stability_of(model(), model())
    assert found.sentences == ("Steady: every channel stayed well inside its earlier 90 % interval.",)
    assert [own.share_moved for own in found.movements] == [0.0, 0.0]


def test_movement_counts_in_earlier_standard_deviations():
    base = model()
    share = base.contributions(200).sum(("geo", "date")).to_numpy()[:, 0]
    share = share / base.structure.panel.kpi.sum()
    own = stability_of(base, louder(base, 1.5)).movements[0]
    assert own.share_after == pytest.approx(1.5 * share.mean(), rel=1e-6)
    assert own.share_moved == pytest.approx(0.5 * share.mean() / share.std(), rel=1e-6)
    assert own.roas_after == pytest.approx(1.5 * own.roas_before, rel=1e-6)


def test_a_channel_that_left_its_interval_is_named_with_what_to_do():
    base = model()
    found = stability_of(base, louder(base, 10.0))
    assert [own.channel for own in found.left] == ["zeta"]
    assert found.verdict.startswith("The answer moved: 1 of 2 channels left")
    assert "Television went from" in found.sentences[1]
    assert "outside its earlier interval" in found.sentences[1]
    assert "lift test" in found.sentences[-1]


def test_a_channel_that_moved_inside_its_interval_is_said_to_be_steady():
    base = model()
    share = stability_of(base, base).movements[0]
    factor = share.share_upper / share.share_before * 0.97
    found = stability_of(base, louder(base, factor), Bounds(noticeable=0.5))
    assert not found.left
    assert found.drifting[0].channel == "zeta"
    assert found.verdict.endswith("Television moved most.")


def test_only_the_periods_both_have_seen_count():
    found = stability_of(model(40), model(52))
    assert (found.periods, found.new_periods) == (40, 12)
    assert found.end == str(model(40).dates[-1].date())
    later = weekly(60).assign(date=pd.date_range("2030-01-07", periods=60, freq="7D").strftime("%Y-%m-%d"))
    assert stability_of(model(), prior_model(later, plain())) is None


def test_channels_that_came_and_went_are_told():
    one = prior_model(weekly(52), plain(channel_columns=["zeta"]), 50)
    two = model()
    assert stability_of(one, two).added == ("Radio",)
    assert any("No longer there: Radio" in told for told in stability_of(two, one).sentences)


def test_an_organic_medium_has_no_return():
    organic = plain(channel_columns=["zeta"], organic_columns=["alpha"])
    base = prior_model(weekly(52), organic, 50)
    own = stability_of(base, base).movements[1]
    assert (own.roas_before, own.roas_after, own.roas_moved) == (None, None, None)
    assert own.share_before > 0


def test_it_survives_being_written_as_json():
    found = stability_of(model(40), louder(model(52), 3.0))
    assert from_json(Stability, json.loads(json.dumps(to_json(found)))) == found


def test_what_earlier_releases_wrote_is_still_read():
    movement = {"channel": "zeta", "name": "Television", "share_before": 0.1, "share_lower": 0.05,
                "share_upper": 0.15, "share_after": 0.2, "share_moved": 3.5, "roas_before": None,
                "roas_lower": None, "roas_upper": None, "roas_after": None, "roas_moved": None}  # fmt: skip
    saved = {"start": "2023-01-02", "end": "2023-12-25", "periods": 52, "new_periods": 4, "level": 0.9,
             "noticeable": 1.0, "movements": [movement], "added": ["Radio"], "removed": []}  # fmt: skip
    found = from_json(Stability, saved)
    assert found.left[0].name == "Television" and found.added == ("Radio",)
    assert to_json(found) == saved
