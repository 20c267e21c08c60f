"""The compiled kernel against the same model written in PyMC: density with its constant, and gradient."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.mmm import ChannelPrior, LiftTest, Priors
from core.mmm.model.density import log_posterior
from core.mmm.model.prior_draws import draw_prior
from core.mmm.model.pymc_model import build_pymc_model
from core.mmm.model.structure import packed, structure_of
from tests.core.mmm.samples import MERIDIAN, many_weekly, meridian, plain, video, weekly, with_video

RELATIVE = 1e-8
MANY = {
    "channel_columns": ["zeta", "alpha", "delta", "gamma"],
    "organic_columns": ["mail"],
    "adstock": {"alpha": "delayed", "delta": "weibull"},
    "saturation": {"alpha": "logistic", "delta": "michaelis_menten", "gamma": "none"},
    "priors": Priors(
        channels={
            "alpha": ChannelPrior(roas_mean=2.0, roas_sd=1.0, peak_weeks_mean=1.5),
            "gamma": ChannelPrior(roas_mean=1.0, roas_sd=0.5),
            "delta": ChannelPrior(shape_median=2.0, half_ratio=1.4),
        }
    ),
    "lift_tests": [
        LiftTest("zeta", "2023-03-06", "2023-04-10", 900.0, 200.0),
        LiftTest("delta", "2023-05-01", "2023-06-05", 50.0, 20.0, spend_change=-60.0),
    ],
}


def chequered(structure):
    """The structure with every other geo effect sampled as it is."""
    pattern = np.indices(structure.layout.centring.shape).sum(axis=0) % 2.0
    return replace(structure, layout=replace(structure.layout, centring=pattern))


def five_geos():
    first = sorted(meridian().time.unique())[:40]
    test = LiftTest(
        "Channel0_impression", first[10], first[14], 1e6, 3e5, geos=["Geo1", "Geo3"], spend_change=-100.0
    )
    changes = {"lift_tests": [test], "channel_columns": MERIDIAN.channel_columns[:3]}
    spend = {name: MERIDIAN.spend_columns[name] for name in MERIDIAN.channel_columns[:3]}
    config = type(MERIDIAN)(**(vars(MERIDIAN) | changes | {"spend_columns": spend}))
    return structure_of(meridian()[lambda rows: rows.time.isin(first)], config)


def outlying():
    sales = weekly(40).sales.copy()
    sales[20] = 4000.0
    structure = structure_of(weekly(40, sales=sales), plain(holdout=4))
    assert structure.recipe.outliers
    return structure


VIDEO = [
    LiftTest("video", "2023-03-06", "2023-04-10", 900.0, 200.0),
    LiftTest("video", "2023-05-01", "2023-06-05", 90.0, 20.0, spend_change=-60.0),
]


def reach_in_two_geos():
    frames = [
        weekly(40, seed, **video(40, seed + 11)).assign(geo=geo, people=people)
        for seed, (geo, people) in enumerate([("north", 1e6), ("south", 3e5)])
    ]
    geo = {"geo_column": "geo", "use_geo": True, "population_column": "people"}
    return structure_of(pd.concat(frames, ignore_index=True), with_video(lift_tests=VIDEO, **geo))


STRUCTURES = {
    "national Hill": lambda: structure_of(weekly(40), plain()),
    "logistic": lambda: structure_of(weekly(40), plain(saturation="logistic")),
    "Michaelis-Menten": lambda: structure_of(weekly(40), plain(saturation="michaelis_menten")),
    "no saturation": lambda: structure_of(weekly(40), plain(saturation="none")),
    "delayed": lambda: structure_of(weekly(40), plain(adstock="delayed")),
    "Weibull": lambda: structure_of(weekly(40), plain(adstock="weibull")),
    "one channel": lambda: structure_of(weekly(40), plain(channel_columns=["zeta"])),
    "five geos, some effects centred": lambda: chequered(five_geos()),
    "ROAS priors, lift tests, every shape": lambda: structure_of(many_weekly(40), plain(**MANY)),
    "outlier and holdout": outlying,
    "five geos with a lift test": five_geos,
    "reach and frequency": lambda: structure_of(weekly(40, **video(40)), with_video(lift_tests=VIDEO)),
    "reach, logistic and Weibull": lambda: structure_of(
        weekly(40, **video(40)), with_video(saturation="logistic", adstock="weibull")
    ),
    "reach in two geos": reach_in_two_geos,
}


@pytest.mark.parametrize("case", STRUCTURES)
def test_kernel_and_pymc_agree_on_density_and_gradient(case):
    assert_agreement(STRUCTURES[case](), explicit=True)


def assert_agreement(structure, explicit):
    density, variables = pymc_density(build_pymc_model(structure, explicit))
    buffer, constant = packed(structure), np.log(max((structure.layout.tilt > 0).sum(), 1))
    for point in draw_prior(structure.layout, 4, np.random.default_rng(2)):
        gradient = np.empty_like(point)
        kernel = log_posterior(point, gradient, buffer)
        values, pulled = to_pymc(structure, point, gradient)
        value, *slopes = density(*[values[name] for name in variables])
        assert kernel + constant == pytest.approx(float(value), rel=RELATIVE)
        largest = np.abs(gradient).max()
        for name, slope in zip(variables, slopes, strict=True):
            np.testing.assert_allclose(pulled[name], slope, rtol=RELATIVE, atol=RELATIVE * largest)


@pytest.mark.parametrize("case", ["outlier and holdout", "five geos with a lift test"])
def test_the_quicker_form_of_the_baseline_has_the_same_density(case):
    assert_agreement(STRUCTURES[case](), explicit=False)


def pymc_density(model):
    """Log density and gradients by value variable, compiled for a short compilation; the variables' names."""
    import pytensor

    density = model.logp()
    gradients = pytensor.grad(density, model.value_vars)
    mode = pytensor.compile.mode.Mode(linker="py", optimizer="fast_compile")
    names = [variable.name for variable in model.value_vars]
    return pytensor.function(model.value_vars, [density, *gradients], mode=mode), names


def to_pymc(structure, point, gradient):
    """The kernel's point and gradient in PyMC's unconstrained variables, by their names."""
    layout, config = structure.layout, structure.config
    by_name = {}
    for place, name in enumerate(layout.names):
        by_name.setdefault(name.partition("[")[0], []).append(place)
    suffixes = {"retention": "_logodds__", "geo_offset": ""}
    values, pulled = {}, {}
    for name, places in by_name.items():
        if name != "share":
            key, shape = name + suffixes.get(name, "_log__"), (len(places),)
            if name == "geo_offset":
                shape = (len(structure.panel.geos), len(config.channels))
            values[key], pulled[key] = point[places].reshape(shape), gradient[places].reshape(shape)
    places, tilted = layout.places[0], layout.tilt > 0
    earned = structure.scales.spend[: len(places)] / structure.scales.kpi_value
    if not tilted.all():
        values["iroas_log__"] = point[places[~tilted]] - np.log(earned[~tilted])
        pulled["iroas_log__"] = gradient[places[~tilted]]
    return values | share_values(point[places[tilted]]), pulled | share_slopes(
        point[places[tilted]], gradient[places[tilted]]
    )


def share_values(log_share):
    """Log total, and the simplex transform of the split: log shares less their mean, the last left out."""
    total = np.logaddexp.reduce(log_share)
    if len(log_share) == 1:
        return {"total_share_log__": total}
    return {"total_share_log__": total, "split_simplex__": (log_share - log_share.mean())[:-1]}


def share_slopes(log_share, gradient):
    """log share = log total + z - log sum exp z, z the centred log ratios: its gradient by total and z."""
    split = np.exp(log_share - np.logaddexp.reduce(log_share))
    if len(log_share) == 1:
        return {"total_share_log__": gradient.sum()}
    by_ratio = gradient - split * gradient.sum()
    return {"total_share_log__": gradient.sum(), "split_simplex__": by_ratio[:-1] - by_ratio[-1]}
