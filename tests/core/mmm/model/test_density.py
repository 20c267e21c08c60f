"""The compiled log posterior against slow twins: an explicit multivariate normal, and finite differences."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.mmm import ChannelPrior, LiftTest, Priors
from core.mmm.model.density import log_posterior
from core.mmm.model.kernel import geo_likelihood
from core.mmm.model.media import media_draws, media_terms
from core.mmm.model.parameters import natural_of
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.structure import packed, structure_of
from tests.core.mmm.samples import many_weekly, meridian, plain, video, weekly, with_video

MANY = {
    "channel_columns": ["zeta", "alpha", "delta", "gamma"],
    "adstock": {"alpha": "delayed", "delta": "weibull"},
    "saturation": {"alpha": "logistic", "delta": "michaelis_menten", "gamma": "none"},
    "organic_columns": ["mail"],
    "priors": Priors(channels={"alpha": ChannelPrior(roas_mean=2.0, roas_sd=1.0)}),
    "lift_tests": [
        LiftTest("zeta", "2023-03-06", "2023-04-10", 900.0, 200.0),
        LiftTest("delta", "2023-05-01", "2023-06-05", 50.0, 20.0, spend_change=-60.0),
    ],
}


def structures():
    yield structure_of(weekly(), plain())
    yield structure_of(many_weekly(60), plain(**MANY))
    geo = meridian()[lambda rows: rows.geo.isin(["Geo0", "Geo1"])]
    media = ["Channel0_impression", "Channel1_impression"]
    yield structure_of(
        geo,
        plain(
            date_column="time", target_column="conversions", channel_columns=media,
            geo_column="geo", use_geo=True, control_columns=[],
            spend_columns={name: name.replace("impression", "spend") for name in media},
            lift_tests=[LiftTest(media[0], "2021-06-07", "2021-07-26", 1e6, 3e5, geos=["Geo1"])],
            population_column="population",
        ),
    )  # fmt: skip


VIDEO = [
    LiftTest("video", "2023-03-06", "2023-04-10", 900.0, 200.0),
    LiftTest("video", "2023-05-01", "2023-06-05", 90.0, 20.0, spend_change=-60.0),
]


def reach_structures():
    yield structure_of(weekly(**video()), with_video(lift_tests=VIDEO))
    yield structure_of(
        weekly(**video(), mail=np.arange(60.0), sent=np.arange(60.0)[::-1], heads=np.full(60, 2.0)),
        with_video(
            organic_columns=["post", "mail"],
            reach_frequency={"post": ("sent", "heads"), "video": ("reach", "often")},
            saturation={"post": "michaelis_menten", "video": "logistic"},
            adstock={"video": "weibull", "post": "delayed"},
            holdout=4,
        ),
    )
    yield structure_of(two_geos(), with_video(lift_tests=VIDEO, **GEO))


GEO = {"geo_column": "geo", "use_geo": True, "population_column": "people"}


def two_geos():
    north = weekly(**video()).assign(geo="north", people=1e6)
    south = weekly(seed=1, **video(seed=12)).assign(geo="south", people=3e5)
    return pd.concat([north, south], ignore_index=True)


STRUCTURES = [*structures(), *reach_structures()]
NAMES = ["plain", "every shape", "two geos", "reach", "reach of every shape", "reach in two geos"]


def points_of(structure, count=3, seed=2):
    return draw_prior(structure.layout, count, np.random.default_rng(seed))


@pytest.mark.parametrize("structure", STRUCTURES, ids=NAMES)
def test_the_gradient_equals_finite_differences(structure):
    buffer = packed(structure)
    for point in points_of(structure):
        gradient, spare = np.empty_like(point), np.empty_like(point)
        log_posterior(point, gradient, buffer)
        for i in range(len(point)):
            step = np.zeros_like(point)
            step[i] = 1e-5
            slope = (
                log_posterior(point + step, spare, buffer) - log_posterior(point - step, spare, buffer)
            ) / 2e-5
            assert gradient[i] == pytest.approx(
                slope, rel=2e-5, abs=2e-5 * max(1, np.abs(gradient).max() * 1e-3)
            )


def test_the_marginal_likelihood_equals_an_explicit_normal_with_its_constant():
    generator = np.random.default_rng(3)
    design, sd, noise = generator.normal(size=(25, 6)), generator.uniform(0.1, 2, 6), 0.37
    residual = generator.normal(size=25)
    u, s, _ = np.linalg.svd(design * sd, full_matrices=False)
    found, _ = geo_likelihood(residual, np.ascontiguousarray(u.T), s**2, noise**2, np.empty(25))
    covariance = noise**2 * np.eye(25) + (design * sd) @ (design * sd).T
    assert found == pytest.approx(
        stats.multivariate_normal(np.zeros(25), covariance).logpdf(residual), abs=1e-8
    )


@pytest.mark.parametrize("structure", STRUCTURES, ids=NAMES)
def test_the_log_posterior_equals_the_sum_of_its_textbook_parts(structure):
    for point in points_of(structure):
        found = log_posterior(point, np.empty_like(point), packed(structure))
        slow = slow_likelihood(structure, point) + slow_lifts(structure, point) + slow_prior(structure, point)
        assert found == pytest.approx(slow, rel=1e-10, abs=1e-8)


def natural(structure, point):
    return natural_of(
        point[None], structure.layout, structure.config, len(structure.panel.geos), structure.weekly
    )


def slow_likelihood(structure, point):
    values, train = natural(structure, point), structure.train
    media = media_terms(media_draws(structure, values), structure.exposure[..., :train]).sum(axis=-1)[0]
    total = 0.0
    for g, mean in enumerate(structure.scales.kpi_mean):
        scaled = structure.design.columns[g, :train] * structure.design.sd * mean
        covariance = scaled @ scaled.T + (mean * values.noise[0, g]) ** 2 * np.eye(train)
        centre = media[g] + structure.design.columns[g, :train] @ structure.design.mean * mean
        total += stats.multivariate_normal(centre, covariance).logpdf(structure.panel.kpi[g, :train])
    return total


def slow_lifts(structure, point):
    media = media_draws(structure, natural(structure, point))
    tests, total = structure.experiments, 0.0
    for number, (channel, start, stop, lift, sd) in enumerate(tests.table):
        c, window, modelled = int(channel), slice(int(start), int(stop)), 0.0
        for row in np.flatnonzero(tests.row_test == number):
            g = tests.row_geo[row]
            actual = structure.exposure[..., : structure.train]
            other = actual.copy()
            other[c, g] = tests.changed[row]
            modelled += (media_terms(media, actual) - media_terms(media, other))[0, g, window, c].sum()
        total += stats.norm(modelled, sd).logpdf(lift)
    return total


def slow_prior(structure, point):
    layout, priors, config = structure.layout, structure.config.priors, structure.config
    total = 0.0
    for i, name in enumerate(layout.names):
        kind, first, second = layout.kinds[i], layout.first[i], layout.second[i]
        if kind == 1:
            total += stats.norm(first, second).logpdf(point[i])
        elif kind == 2:
            share = 1 / (1 + np.exp(-point[i]))
            total += stats.beta(first, second).logpdf(share) + np.log(share * (1 - share))
        elif kind == 3:
            total += stats.halfnorm(scale=first).logpdf(np.exp(point[i])) + point[i]
        elif name.startswith("geo_offset"):
            total += stats.norm().logpdf(point[i])
    common = [c for c, name in enumerate(config.channels) if not priors.of(name).on_roas]
    shares = np.exp(point[layout.places[0, common]])
    whole = shares.sum()
    mean, sd = layout.total
    total += stats.lognorm(sd, scale=np.exp(mean)).logpdf(whole)
    total += stats.dirichlet(layout.tilt[common]).logpdf(shares / whole)
    # From (total, split) to shares, then from shares to their logarithms.
    return total - (len(common) - 1) * np.log(whole) + np.log(shares).sum()
