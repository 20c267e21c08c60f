"""Roles as a person confirms them, and how the model's configuration starts from them."""

import json

import pandas as pd
import pytest

from core.data import (
    ColumnMap,
    ColumnRole,
    DataProblem,
    DateOrder,
    Mapping,
    MappingProblem,
    MediaMeasure,
    NumberFormat,
    ProblemCode,
    Repair,
    RepairCode,
    Severity,
    Weekday,
    detect,
    read_table,
    to_mmm_config_fields,
)
from core.json_values import from_json, to_json
from core.mmm import MMMConfig
from tests.core.data.uploads import SAMPLE

BASIC = Mapping(
    (
        ColumnMap("week", ColumnRole.DATE),
        ColumnMap("sales", ColumnRole.TARGET, "Sales"),
        ColumnMap("tv_spend", ColumnRole.SPEND, "TV"),
        ColumnMap("tv_grps", ColumnRole.EXPOSURE, "TV GRPs", "tv_spend"),
        ColumnMap("seo_visits", ColumnRole.EXPOSURE),
        ColumnMap("price", ColumnRole.TREATMENT),
        ColumnMap("note", ColumnRole.IGNORE),
    )
)


def test_a_mapping_survives_json_word_for_word() -> None:
    rich = BASIC.replace(
        currency="USD",
        date_order=DateOrder.DAY_FIRST,
        number_format=NumberFormat.COMMA,
        period="weekly",
        week_start="sunday",
    )
    assert from_json(Mapping, json.loads(json.dumps(to_json(rich)))) == rich
    assert rich.week_start is Weekday.SUNDAY


def test_a_mapping_a_problem_and_a_repair_of_an_earlier_release_still_read() -> None:
    saved_mapping = {
        "columns": [{"column": "tv_grps", "role": "exposure", "label": "TV GRPs", "pair": "tv_spend"}],
        **{"currency": "EUR", "kpi_label": "", "kpi_kind": "money", "date_order": "day_first"},
        **{"number_format": None, "period": "as_is", "week_start": "monday", "edge_weeks": "drop"},
        "media_measure": "spend",
    }
    mapping = Mapping(
        (ColumnMap("tv_grps", ColumnRole.EXPOSURE, "TV GRPs", "tv_spend"),), date_order=DateOrder.DAY_FIRST
    )
    assert from_json(Mapping, saved_mapping) == mapping
    assert to_json(mapping) == saved_mapping
    saved_problem = {
        **{"severity": "error", "code": "bad_date", "message": "x is no date.", "file": "a.csv"},
        **{"sheet": None, "column": "x", "row": 3, "value": "v", "rows": [3, 4], "count": 2},
        "repair": {"code": "drop_rows", "label": "Leave out", "column": "x", "params": {"rows": [3, 4]}},
    }
    repair = Repair(RepairCode.DROP_ROWS, "Leave out", "x", {"rows": [3, 4]})
    problem = DataProblem(
        Severity.ERROR, ProblemCode.BAD_DATE, "x is no date.", "a.csv", None, "x", 3, "v", (3, 4), 2, repair
    )
    back = from_json(DataProblem, saved_problem)
    assert back == problem
    assert back.severity is Severity.ERROR
    assert to_json(problem) == saved_problem


def test_a_column_cannot_have_two_roles() -> None:
    with pytest.raises(MappingProblem, match="Column a has two roles"):
        Mapping((ColumnMap("a", ColumnRole.DATE), ColumnMap("a", ColumnRole.TARGET)))


def test_all_faults_are_listed_at_once() -> None:
    bare = Mapping(
        (
            ColumnMap("x", ColumnRole.EXPOSURE, pair="y"),
            ColumnMap("r", ColumnRole.GEO),
            ColumnMap("s", ColumnRole.GEO),
        )
    )
    with pytest.raises(MappingProblem) as caught:
        bare.checked()
    text = "\n".join(caught.value.faults)
    for part in ("as the date", "as the KPI to explain", "paired with y", "Only one column can be the geo"):
        assert part in text


def test_a_role_that_only_one_column_can_have_moves() -> None:
    moved = BASIC.with_role("note", ColumnRole.TARGET)
    assert moved.target_column == "note"
    assert moved.role_of("sales") is ColumnRole.IGNORE


def test_labels_are_shown_only_where_they_differ() -> None:
    named = BASIC.with_label("price", "Shelf price").with_label("week", "week")
    assert named.display_names["price"] == "Shelf price"
    assert "week" not in named.display_names
    assert named.label_of("week") == "week"


def test_the_model_starts_from_spend_and_takes_lonely_exposure_as_organic() -> None:
    fields = to_mmm_config_fields(BASIC, pd.DataFrame({"price": [1.0, 2.0, 9.0]}))
    config = MMMConfig(**fields)
    assert config.channel_columns == ("tv_spend",)
    assert config.organic_columns == ("seo_visits",)
    assert config.treatment_columns == {"price": 2.0}
    assert not config.spend_columns


def test_the_model_can_look_at_exposure_and_know_its_cost() -> None:
    fields = to_mmm_config_fields(BASIC.replace(media_measure=MediaMeasure.EXPOSURE))
    assert fields["channel_columns"] == ["tv_grps"]
    assert fields["spend_columns"] == {"tv_grps": "tv_spend"}
    assert fields["display_names"]["tv_grps"] == "TV"
    MMMConfig(**fields)


def test_the_sample_becomes_the_contracts_configuration() -> None:
    fields = to_mmm_config_fields(detect(read_table(SAMPLE, "robyn_weekly.csv")).mapping())
    config = MMMConfig(**fields)
    assert config.date_column == "DATE"
    assert config.channel_columns == ("tv_S", "ooh_S", "print_S", "search_S", "facebook_S")
    assert config.control_columns == ("competitor_sales_B",)
    assert config.event_column == "events"
    assert not config.use_geo


def test_an_incomplete_mapping_makes_no_configuration() -> None:
    with pytest.raises(MappingProblem, match="as the KPI to explain"):
        to_mmm_config_fields(BASIC.with_role("sales", ColumnRole.IGNORE))
