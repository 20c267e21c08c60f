import numpy as np
import pytest

from core.mmm import ChannelPrior, Priors, prior_preview
from tests.core.mmm.samples import ROBYN, plain, robyn, weekly


def test_the_total_media_share_is_the_one_that_was_asked_for():
    for share in (0.1, 0.3):
        found = prior_preview(
            robyn(), _with(Priors(media_share_mean=share, media_share_sd=share / 2)), draws=4000
        )
        assert found.media_share.mean() == pytest.approx(share, rel=0.05)
        assert found.media_share.std() == pytest.approx(share / 2, rel=0.15)
        np.testing.assert_allclose(found.media_share + found.baseline_share, 1)


def _with(priors):
    from dataclasses import replace

    return replace(ROBYN, priors=priors)


def test_ten_channels_do_not_claim_more_than_all_sales():
    names = [f"m{k}" for k in range(10)]
    media = {name: np.random.default_rng(k).gamma(2, 10, 60) for k, name in enumerate(names)}
    found = prior_preview(weekly(**media), plain(channel_columns=names), draws=4000)
    assert (found.baseline_share < 0).mean() < 0.01


def test_a_roas_prior_shows_as_the_share_it_implies():
    priors = Priors(channels={"zeta": ChannelPrior(roas_mean=1.0, roas_sd=0.1)})
    frame = weekly()
    found = prior_preview(frame, plain(priors=priors), draws=4000).channel_shares.set_index("channel")
    assert found.loc["zeta", "mean"] == pytest.approx(frame.zeta.sum() / frame.sales.sum(), rel=0.05)


def test_curves_and_weights_have_their_shape():
    found = prior_preview(weekly(), plain(saturation={"alpha": "none"}))
    assert set(found.curves.channel) == {"zeta"}
    assert found.curves["mean"].is_monotonic_increasing and found.curves["upper"].max() <= 1
    np.testing.assert_allclose(found.carry_over.groupby("channel")["mean"].sum(), 1)


def test_half_an_effect_is_carried_over_for_the_same_time_at_any_frequency():
    import pandas as pd

    def retention(periods, frequency):
        frame = weekly(periods, date=pd.date_range("2020-01-01", periods=periods, freq=frequency))
        rows = prior_preview(frame, plain(), draws=2000).carry_over.query("channel == 'zeta'")
        return rows["mean"].to_numpy()

    week, days = retention(60, "7D"), retention(400, "D")
    # About as much of the effect falls into the first week, whether it is counted in days or at once.
    assert days[:7].sum() == pytest.approx(week[0], abs=0.12)
