import json
from dataclasses import replace
from datetime import date

import pytest

from core.errors import UserError
from core.json_values import from_json, to_json
from core.promo.post_mortem import Cannibalisation, DayRow, PartResult, PostMortem, PostPromoDip

FIGURES = {"sales_value": 100.0, "margin_value": 20.0, "margin_pct": 20.0, "ebit": 10.0, "units": 5.0}


def report() -> PostMortem:
    return PostMortem(
        period_start=date(2026, 1, 5),
        period_end=date(2026, 1, 9),
        covered_until=date(2026, 1, 9),
        forecast=FIGURES,
        actual=FIGURES | {"sales_value": 120.0},
        errors=dict.fromkeys(FIGURES, 0.0) | {"sales_value": 20.0, "ebit": None},
        intervals={"sales_value": (90.0, 110.0)},
        by_channel=(PartResult("online", 100.0, 120.0, 20.0, 90.0, 125.0),),
        by_department=(PartResult("TV", 100.0, 120.0, 20.0),),
        post_promo_dip=PostPromoDip(-0.1, -0.2, -0.05, True, date(2026, 1, 10), date(2026, 1, 16), -12.0),
        cannibalization_signals=(Cannibalisation("Audio", -0.06, -0.1, -0.01, True, -4.0),),
        insights=("It sold more.",),
        learning_points=("Plan more stock.",),
        days=(DayRow(date(2026, 1, 5), 80.0, 100.0, 90.0, 110.0, None),),
    )


def test_a_report_survives_json():
    kept = json.loads(json.dumps(to_json(report())))
    assert from_json(PostMortem, kept) == report()
    without = replace(report(), post_promo_dip=None)
    assert from_json(PostMortem, json.loads(json.dumps(to_json(without)))) == without


def test_inside_says_whether_the_actual_lies_in_the_interval():
    assert report().inside_interval == {"sales_value": False}
    assert report().by_channel[0].inside is True
    assert report().by_department[0].inside is None


def test_a_report_without_numbers_or_with_wrong_days_is_refused():
    with pytest.raises(UserError, match="needs a number for ebit of its actual") as caught:
        replace(report(), actual=FIGURES | {"ebit": float("nan")}, covered_until=date(2026, 1, 10))
    assert len(caught.value.faults) == 2
    with pytest.raises(UserError, match="outside its own interval"):
        Cannibalisation("Audio", -0.2, -0.1, -0.01, True, -4.0)
