"""Values go to JSON and back unchanged; older JSON still reads."""

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pytest

from core.json_values import from_json, to_json


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Part:
    day: dt.date
    colour: Colour | None = None


@dataclass(frozen=True)
class Whole:
    at: dt.datetime
    parts: tuple[Part, ...]
    sizes: dict[str, tuple[float, ...]]
    pair: tuple[int, int] = (2, 4)


WHOLE = Whole(dt.datetime(2026, 1, 5, 8, 30), (Part(dt.date(2026, 1, 5), Colour.RED),), {"a": (1.0, 2.5)})


def test_a_value_survives_json():
    raw = to_json(WHOLE)
    assert raw == {
        "at": "2026-01-05T08:30:00", "parts": [{"day": "2026-01-05", "colour": "red"}],
        "sizes": {"a": [1.0, 2.5]}, "pair": [2, 4],
    }  # fmt: skip
    back = from_json(Whole, json.loads(json.dumps(raw)))
    assert back == WHOLE
    assert back.parts[0].colour is Colour.RED


def test_missing_fields_take_their_default_and_unknown_ones_are_ignored():
    raw = to_json(WHOLE)
    del raw["pair"]
    assert from_json(Whole, raw | {"gone": 1}) == WHOLE


def test_numbers_of_numpy_are_written_plainly_and_what_is_not_finite_is_refused():
    assert json.dumps(to_json({"x": np.float64(1.5), "n": np.int64(3)})) == '{"x": 1.5, "n": 3}'
    with pytest.raises(ValueError, match="no number nan"):
        to_json({"x": float("nan")})
