import pytest

from core.charts.formats import Wording, compact, percent, probability


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (12_345_678, "12.3M"),
        (999_999, "1.00M"),
        (845_000, "845k"),
        (4.07, "4.07"),
        (0.0123, "0.0123"),
        (-2_500, "-2.50k"),
        (2.1e9, "2.10B"),
        (float("nan"), "–"),
    ],
)
def test_a_number_is_written_with_three_digits_and_a_unit(value, text):
    assert compact(value) == text


def test_money_carries_the_projects_currency_and_its_sign_first():
    assert Wording(currency="EUR").money(-2500) == "-€2.50k"
    assert Wording(currency="PLN").money(2500) == "PLN 2.50k"


def test_a_count_kpi_carries_no_currency_and_its_return_is_per_thousand():
    words = Wording(kpi_label="Orders", currency="USD", kpi_in_money=False, returns_in_money=False)
    assert words.kpi(1234) == "1.23k"
    assert words.per_money(0.0123) == "12.3 per $1k"


def test_a_probability_never_claims_certainty():
    assert (probability(1.0), probability(0.0), probability(0.873)) == ("over 99 %", "under 1 %", "87 %")


def test_what_does_not_exist_is_a_dash():
    assert percent(float("nan")) == "–"
    assert Wording().per_money(float("nan")) == "–"


def test_less_than_half_a_cent_is_no_money():
    assert Wording().money(-0.0049) == "€0"
    assert Wording().kpi(0.001) == "€0"
    assert Wording(kpi_in_money=False).kpi(0.001) != "0"
