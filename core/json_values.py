"""Frozen values as JSON values and back, by one converter for the whole product."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
import pandas as pd
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

Value = TypeVar("Value")

converter = Converter(detailed_validation=False)
converter.register_unstructure_hook(dt.datetime, lambda at: at.isoformat())
converter.register_structure_hook(dt.datetime, lambda raw, _: dt.datetime.fromisoformat(raw))
converter.register_unstructure_hook(dt.date, lambda day: day.isoformat())
converter.register_structure_hook(dt.date, lambda raw, _: dt.date.fromisoformat(str(raw)[:10]))
# Text stays what it is: str(None) would be a word. Only for str itself: a StrEnum is a str, too.
converter.register_structure_hook_func(lambda kind: kind is str, lambda raw, _: raw)
converter.register_structure_hook(str | float | None, lambda raw, _: raw)
converter.register_unstructure_hook(UUID, str)
converter.register_structure_hook(UUID, lambda raw, _: UUID(str(raw)))


def to_json(value: Any) -> Any:
    """A dataclass, or a collection of them, as plain JSON values that `from_json` reads back.

    Every field is written, also where it holds its default. ValueError for a number that is not finite:
    neither JSON nor the database could hold it.
    """
    return _plain(converter.unstructure(value))


def from_json(kind: type[Value], raw: Any) -> Value:
    """The value of a class that `to_json` wrote, also in an earlier version of it.

    A missing field takes its default, an unknown one is ignored. Raises what the class itself raises for
    values it refuses, KeyError for a missing field without a default.
    """
    return converter.structure(raw, kind)


def register_fields(kind: type, **fields: Any) -> None:
    """Renames or omits fields of a class in JSON: `name=cattrs.override(rename=...)` or `(omit=True)`."""
    converter.register_unstructure_hook(kind, make_dict_unstructure_fn(kind, converter, **fields))
    converter.register_structure_hook(kind, make_dict_structure_fn(kind, converter, **fields))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"JSON has no number {value}")
    return value


def tolerant_json(value: Any) -> Any:
    """Any `value` as JSON can hold it, not to be read back: arrays as lists, dates as text, infinite and
    missing numbers as None, everything else as its text."""
    if isinstance(value, Mapping):
        return {str(key): tolerant_json(item) for key, item in value.items()}
    if isinstance(value, pd.DataFrame):
        return tolerant_json(value.to_dict("records"))
    if isinstance(value, np.ndarray | pd.Series | list | tuple | set | frozenset):
        return [tolerant_json(item) for item in value]
    if isinstance(value, np.generic):
        return tolerant_json(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | bool) else str(value)
