import pytest

from core.errors import UserError
from core.mmm import ChannelPrior, LiftTest, MMMConfig, Priors
from tests.core.mmm.samples import MERIDIAN, ROBYN, plain


def rich():
    return plain(
        adstock={"zeta": "weibull"}, saturation="logistic", treatment_columns={"promo": 0.5},
        reach_frequency={"alpha": ("reach", "frequency")}, spend_columns={"alpha": "cost"}, holdout=8,
        lift_tests=[LiftTest("zeta", "2023-03-06", "2023-04-10", 9.0, 2.0, geos=["a"], spend_change=-5.0)],
        priors=Priors(media_share_mean=0.2, channels={"zeta": ChannelPrior(roas_mean=2.0, roas_sd=1.0)}),
        display_names={"zeta": "Zeta TV"},
    )  # fmt: skip


@pytest.mark.parametrize("config", [ROBYN, MERIDIAN, rich()], ids=["national", "geo", "rich"])
def test_a_configuration_survives_json(config):
    assert MMMConfig.from_json(config.to_json()) == config


def test_every_fault_of_a_configuration_is_named_at_once():
    with pytest.raises(UserError) as caught:
        MMMConfig(
            "date",
            "sales",
            ["tv", "sales"],
            adstock="square",
            max_lag=0,
            use_geo=True,
            spend_columns={"x": "y"},
        )
    text = str(caught.value)
    for part in (
        "'sales' is used twice",
        "adstock must be one of geometric",
        "max_lag",
        "needs a geo_column",
        "'x'",
    ):
        assert part in text
    assert len(caught.value.faults) == 5


def test_a_roas_prior_needs_money():
    prior = Priors(channels={"zeta": ChannelPrior(roas_mean=2.0, roas_sd=1.0)})
    with pytest.raises(UserError, match="needs a KPI in money"):
        plain(kpi_kind="count", priors=prior)
    assert plain(kpi_kind="count", value_per_unit=3.0, priors=prior).kpi_is_money


@pytest.mark.parametrize(
    "wrong", [{"retention_mean": 1.2}, {"retention_sd": 0.6}, {"half_sd": -1.0}, {"roas_mean": 2.0}]
)
def test_impossible_priors_are_refused_at_birth(wrong):
    with pytest.raises(UserError):
        ChannelPrior(**wrong)


def test_a_lift_test_names_all_its_faults():
    with pytest.raises(UserError) as caught:
        LiftTest("tv", "2024-05-01", "2024-04-01", 5.0, 0.0, spend_change=0)
    assert len(caught.value.faults) == 3


def test_unknown_fields_in_json_are_named():
    with pytest.raises(UserError, match="unknown fields: colour"):
        MMMConfig.from_json(
            '{"colour": 1, "date_column": "d", "target_column": "y", "channel_columns": ["x"]}'
        )


def test_reach_and_frequency_are_columns_of_their_own():
    with pytest.raises(UserError) as caught:
        plain(reach_frequency={"alpha": ("price", "often"), "zeta": ("zeta", "often")})
    assert list(caught.value.faults) == [
        "Column 'price' is used twice: as control and as reach of 'alpha'.",
        "Column 'often' is used twice: as frequency of 'alpha' and as frequency of 'zeta'.",
    ]
