"""What a table is and what its columns are for: by names in four languages, else by content."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.data import (
    ColumnRole,
    DatasetKind,
    DateOrder,
    Detection,
    Granularity,
    KpiKind,
    NumberFormat,
    detect,
    read_table,
)
from tests.core.data.uploads import SAMPLE

WEEKS = pd.date_range("2023-01-02", periods=60, freq="7D")
RNG = np.random.default_rng(3)
PAUSING = np.where(RNG.random(60) < 0.4, 0.0, RNG.random(60) * 1000).round(2)
STEADY = (RNG.random(60) * 500 + 1000).round(2)
SIGNED = RNG.normal(size=60).round(3)


def detected(columns: dict[str, Any], **written: Any) -> Detection:
    content = pd.DataFrame(columns).to_csv(index=False, **written).encode()
    return detect(read_table(content, "file.csv"))


def roles(detection: Detection) -> dict[str, str]:
    return {guess.column: guess.role.value for guess in detection.guesses}


def test_the_robyn_sample_is_understood_by_its_suffixes() -> None:
    found = detect(read_table(SAMPLE, "robyn_weekly.csv"))
    assert found.kind is DatasetKind.MIX
    assert (found.date, found.target, found.frequency) == ("DATE", "revenue", Granularity.WEEKLY)
    assert found.channels == ("tv_S", "ooh_S", "print_S", "search_S", "facebook_S")
    assert found.columns_of(ColumnRole.CONTROL) == ("competitor_sales_B",)
    assert found.columns_of(ColumnRole.ORGANIC) == ("newsletter",)
    assert found.columns_of(ColumnRole.EVENT) == ("events",)
    pairs = {guess.column: guess.pair for guess in found.guesses if guess.role is ColumnRole.EXPOSURE}
    assert pairs == {"facebook_I": "facebook_S", "search_clicks_P": "search_S"}
    assert found.mapping().label_of("tv_S") == "TV"


def test_a_geo_panel_with_value_per_conversion_is_understood() -> None:
    rows = [
        (place, week.date(), 100 * number, 5.0 * number, 7 * number, 0.02, 1000.0)
        for place in ("Geo0", "Geo1", "Geo2")
        for number, week in enumerate(WEEKS)
    ]
    names = [
        "geo",
        "time",
        "Channel0_impression",
        "Channel0_spend",
        "conversions",
        "revenue_per_conversion",
        "population",
    ]
    found = detected(pd.DataFrame(rows, columns=names))
    assert found.geo == "geo"
    assert found.target == "conversions"
    assert found.kpi_kind is KpiKind.COUNT
    assert roles(found)["revenue_per_conversion"] == "value_per_unit"
    assert roles(found)["population"] == "population"
    assert found.mapping().pairs == {"Channel0_spend": "Channel0_impression"}


LANGUAGES = {
    "german": {
        "Woche": ("date", WEEKS),
        "Umsatz": ("target", STEADY * 100),
        "TV-Ausgaben": ("spend", PAUSING),
        "Plakat": ("spend", PAUSING[::-1]),
        "Google Ads Kosten": ("spend", STEADY),
        "Google Ads Klicks": ("exposure", STEADY.round()),
        "Wettbewerber_Preis": ("control", STEADY / 100),
        "Feiertag": ("event", ["" if n % 9 else "Ostern" for n in range(60)]),
    },
    "french": {
        "semaine": ("date", WEEKS),
        "ventes": ("target", STEADY * 100),
        "dépenses_tv": ("spend", PAUSING),
        "affichage_dépenses": ("spend", PAUSING[::-1]),
        "impressions_facebook": ("exposure", STEADY.round()),
        "dépense_facebook": ("spend", STEADY),
        "météo": ("control", SIGNED),
        "prix_moyen": ("treatment", STEADY / 100),
    },
    "spanish": {
        "fecha": ("date", WEEKS),
        "ventas_eur": ("target", STEADY * 100),
        "inversion_tv": ("spend", PAUSING),
        "gasto_radio": ("spend", PAUSING[::-1]),
        "coste búsqueda": ("spend", STEADY),
        "clics búsqueda": ("exposure", STEADY.round()),
        "precio_medio": ("treatment", STEADY / 100),
        "población": ("population", STEADY * 0 + 47e6),
    },
    "english": {
        "Week Starting": ("date", WEEKS),
        "Orders": ("target", STEADY.round()),
        "AOV": ("value_per_unit", STEADY / 20),
        "Facebook": ("spend", PAUSING),
        "TikTok Ads": ("spend", PAUSING[::-1]),
        "Email Sends": ("organic", STEADY.round()),
        "Competitor price": ("control", STEADY / 100),
        "predicted_orders": ("ignore", STEADY.round()),
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_understood_in_four_languages(language: str) -> None:
    wanted = {name: role for name, (role, _values) in LANGUAGES[language].items()}
    found = detected({name: values for name, (_role, values) in LANGUAGES[language].items()})
    assert roles(found) == wanted
    assert found.kind is DatasetKind.MIX


def test_content_decides_where_names_say_nothing() -> None:
    target = STEADY * 100 + PAUSING
    found = detected({"a": WEEKS, "b": target, "c": PAUSING, "d": PAUSING[::-1], "e": SIGNED})
    assert roles(found) == {"a": "date", "b": "target", "c": "spend", "d": "spend", "e": "control"}
    assert "pauses" in next(guess.reason for guess in found.guesses if guess.column == "c")


def test_every_column_gets_a_reason_and_a_name_of_its_own() -> None:
    found = detect(read_table(SAMPLE, "robyn_weekly.csv"))
    assert all(guess.reason and 0 < guess.confidence <= 1 for guess in found.guesses)
    labels = [guess.label for guess in found.guesses]
    assert len(set(labels)) == len(labels)


def test_results_of_a_model_and_row_numbers_are_not_inputs() -> None:
    found = detected({"": range(60), "week": WEEKS, "y": STEADY, "x1_tv": PAUSING, "x1_tv_effect": PAUSING})
    assert roles(found) == {
        "Column 1": "ignore",
        "week": "date",
        "y": "target",
        "x1_tv": "spend",
        "x1_tv_effect": "ignore",
    }


def test_a_second_outcome_is_left_out_with_the_reason() -> None:
    found = detected({"date": WEEKS, "revenue": STEADY, "orders": STEADY.round(), "tv_spend": PAUSING})
    assert found.target == "revenue"
    assert roles(found)["orders"] == "ignore"
    assert "would hide" in next(guess.reason for guess in found.guesses if guess.column == "orders")


def test_a_region_column_is_found_by_content() -> None:
    rows = [(week.date(), place, 5.0, 7.0) for week in WEEKS for place in ("Nord", "Süd", "West")]
    found = detected(pd.DataFrame(rows, columns=["week", "bezeichnung", "umsatz", "tv"]))
    assert found.geo == "bezeichnung"


def test_a_region_column_with_one_region_is_national() -> None:
    assert detected({"date": WEEKS, "geo": ["Local"] * 60, "sales": STEADY, "tv": PAUSING}).geo is None


@pytest.mark.parametrize(
    ("step", "frequency"), [("D", "daily"), ("7D", "weekly"), ("MS", "monthly"), ("3D", None)]
)
def test_the_frequency_is_the_commonest_step(step: str, frequency: str | None) -> None:
    dates = pd.date_range("2023-01-02", periods=60, freq=step)
    assert detected({"date": dates, "sales": STEADY, "tv": PAUSING}).frequency == frequency


def test_currency_formats_and_orders_are_noticed() -> None:
    german = detected(
        {"Datum": WEEKS, "Umsatz": STEADY, "TV Kosten €": PAUSING},
        sep=";",
        decimal=",",
        date_format="%d.%m.%Y",
    )
    assert (german.currency, german.number_format, german.date_order) == (
        "EUR",
        NumberFormat.COMMA,
        DateOrder.DAY_FIRST,
    )
    assert detected({"date": WEEKS, "sales": STEADY, "TV Spend ($)": PAUSING}).currency == "USD"
    assert detected({"date": WEEKS, "sales": STEADY, "tv": PAUSING}).currency is None


OTHER_KINDS: list[tuple[DatasetKind, dict[str, Any]]] = [
    (
        DatasetKind.MIX_LONG,
        {"date": WEEKS.repeat(2), "channel": ["TV", "Radio"] * 60, "spend": [1.5, 2.5] * 60},
    ),
    (
        DatasetKind.SALES,
        {
            "Date": WEEKS,
            "Channel": ["Web"] * 60,
            "Department": ["TV"] * 60,
            "Sales Value": STEADY,
            "Units": range(60),
        },
    ),
    (
        DatasetKind.PROMO_CATALOG,
        {
            "Promo name": ["A"] * 60,
            "Start": WEEKS,
            "End": WEEKS + pd.Timedelta(days=3),
            "Avg discount %": STEADY,
        },
    ),
    (
        DatasetKind.CAMPAIGN_METRICS,
        {"date": WEEKS, "platform_campaign_id": ["G1"] * 60, "impressions": range(60), "clicks": range(60)},
    ),
    (
        DatasetKind.SEGMENTS,
        {
            "segment_id": ["A", "B"] * 30,
            "share_of_customers": STEADY,
            "discount_sensitivity": ["low", "high"] * 30,
        },
    ),
    (
        DatasetKind.TARGETS,
        {"month": WEEKS, "geo": ["DE"] * 60, "sales_value_target": STEADY, "units_target": range(60)},
    ),
    (DatasetKind.UNKNOWN, {"name": ["A"] * 60, "value": STEADY}),
]


@pytest.mark.parametrize(("kind", "columns"), OTHER_KINDS, ids=[kind.value for kind, _ in OTHER_KINDS])
def test_the_other_kinds_are_recognised_with_a_reason(
    kind: DatasetKind, columns: dict[str, Callable[[], Any]]
) -> None:
    found = detected(columns)
    assert found.kind is kind
    assert found.kind_reason
