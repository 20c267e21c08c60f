"""An estimated promotion model: baseline and uplift under one version, saved in files without pickle."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np
import pandas as pd

from core.errors import UserError
from core.promo import model_files
from core.promo.baseline import Baseline
from core.promo.uplift import Uplift

Root = TypeVar("Root")
TREE, ARRAYS = "tree.json", "arrays.npz"


def kinds_of(root: type) -> dict[str, type]:
    """Every frozen class and closed set that a value of `root` can hold, by name."""
    found: dict[str, type] = {}
    todo: list[Any] = [root]
    while todo:
        hint = todo.pop()
        todo.extend(arg for arg in typing.get_args(hint) if arg is not Ellipsis)
        if not isinstance(hint, type) or isinstance(hint, types.GenericAlias) or hint in found.values():
            continue
        if dataclasses.is_dataclass(hint):
            hints = typing.get_type_hints(hint)
            todo.extend(hints[field.name] for field in dataclasses.fields(hint))
        elif not issubclass(hint, StrEnum):
            continue
        found[str(hint.__qualname__)] = hint
    return found


def write(value: object, folder: Path) -> None:
    """The value's files in `folder`. TypeError for anything that is not a frozen value, an array, a frame or
    plain."""
    writer = _Writer(kinds_of(type(value)), folder)
    tree = writer.node(value)
    np.savez(folder / ARRAYS, **writer.arrays)  # type: ignore[arg-type]
    document = {"tree": tree, "shared": writer.shared}
    (folder / TREE).write_text(json.dumps(document, allow_nan=True), encoding="utf-8")


def read(root: type[Root], folder: Path) -> Root:
    """What `write` kept there. UserError when files are missing or are not those of a `root`."""
    try:
        document = json.loads((folder / TREE).read_text(encoding="utf-8"))
        with np.load(folder / ARRAYS, allow_pickle=False) as kept:
            arrays = dict(kept)
        value = _Reader(kinds_of(root), folder, arrays, document["shared"]).value(document["tree"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"The kept files of a {root.__name__} cannot be read: {error}") from error
    if not isinstance(value, root):
        raise UserError(f"The kept files are not those of a {root.__name__}.")
    return value


class _Writer:
    def __init__(self, kinds: dict[str, type], folder: Path) -> None:
        self._kinds, self._folder = kinds, folder
        self.arrays: dict[str, np.ndarray[Any, Any]] = {}
        self.shared: list[Any] = []
        self._places: dict[int, int] = {}
        self._frames = 0

    def node(self, value: object) -> Any:
        if isinstance(value, np.ndarray):
            return {"array": self._array(value)}
        if isinstance(value, pd.DatetimeIndex):
            return {"dates": [self._array(value.asi8), value.unit]}
        if isinstance(value, pd.DataFrame):
            return {"frame": self._frame(value)}
        if isinstance(value, tuple):
            return {"tuple": [self.node(item) for item in value]}
        if isinstance(value, StrEnum):
            return {"word": [self._name(type(value)), value.value]}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._dataclass(value)
        if isinstance(value, dict):
            return {"mapping": [[self.node(key), self.node(item)] for key, item in value.items()]}
        if isinstance(value, np.generic):
            return value.item()
        if value is None or isinstance(value, str | int | float):
            return value
        raise TypeError(f"{type(value).__name__} cannot be kept.")

    def _name(self, kind: type) -> str:
        if self._kinds.get(kind.__qualname__) is not kind:
            raise TypeError(f"No field is declared as a {kind.__name__}.")
        return kind.__qualname__

    def _dataclass(self, value: Any) -> Any:
        """Values that hold arrays stand once, however many others hold them; small ones are repeated."""
        if id(value) in self._places:
            return {"same": self._places[id(value)]}
        fields = {field.name: self.node(getattr(value, field.name)) for field in dataclasses.fields(value)}
        node = {"is": self._name(type(value)), "fields": fields}
        if not any(isinstance(part, dict) for part in fields.values()):
            return node
        self._places[id(value)] = len(self.shared)
        self.shared.append(node)
        return {"same": self._places[id(value)]}

    def _array(self, value: np.ndarray[Any, Any]) -> str:
        for name, known in self.arrays.items():
            if known is value:
                return name
        name = f"a{len(self.arrays)}"
        self.arrays[name] = value
        return name

    def _frame(self, value: pd.DataFrame) -> str:
        self._frames += 1
        name = f"frame_{self._frames}.parquet"
        value.to_parquet(self._folder / name)
        return name


class _Reader:
    def __init__(
        self, kinds: dict[str, type], folder: Path, arrays: dict[str, Any], shared: list[Any]
    ) -> None:
        self._kinds, self._folder, self._arrays = kinds, folder, arrays
        self._shared: list[Any] = []
        for node in shared:  # each was written after those it holds
            self._shared.append(self.value(node))

    def value(self, node: Any) -> Any:
        if not isinstance(node, dict):
            return node
        if "is" in node:
            made = self._kinds[node["is"]]
            return made(**{name: self.value(part) for name, part in node["fields"].items()})
        ((how, what),) = node.items()
        return getattr(self, f"_{how}")(what) if how in _WAYS else _refuse(how)

    def _array(self, name: str) -> Any:
        return self._arrays[name]

    def _dates(self, kept: list[str]) -> pd.DatetimeIndex:
        name, unit = kept
        return _regular(pd.DatetimeIndex(self._arrays[name].view(f"datetime64[{unit}]")))

    def _frame(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self._folder / Path(name).name)

    def _tuple(self, items: list[Any]) -> tuple[Any, ...]:
        return tuple(self.value(item) for item in items)

    def _word(self, word: list[str]) -> Any:
        return self._kinds[word[0]](word[1])

    def _mapping(self, pairs: list[Any]) -> dict[Any, Any]:
        return {self.value(key): self.value(item) for key, item in pairs}

    def _same(self, place: int) -> Any:
        return self._shared[place]


_WAYS = frozenset({"array", "dates", "frame", "tuple", "word", "mapping", "same"})


def _refuse(how: object) -> NoReturn:
    raise ValueError(f"{how!r} is no way to keep a value")


def _regular(dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Days that follow one another are a range with a frequency again, as those who made them had it."""
    if len(dates) < 2:
        return dates
    whole = pd.date_range(dates[0], dates[-1], freq="D").as_unit(dates.unit)
    return whole if len(whole) == len(dates) and bool((whole == dates).all()) else dates


@dataclass(frozen=True)
class PromoModel:
    """What was estimated from the facts of one moment; `version` is the name of its coefficients."""

    version: str
    baseline: Baseline
    uplift: Uplift

    def save(self, folder: Path) -> None:
        """Writes its files into `folder`: JSON, .npz and Parquet."""
        folder.mkdir(parents=True, exist_ok=True)
        model_files.write(self, folder)

    @classmethod
    def load(cls, folder: Path) -> PromoModel:
        """The model that `save` wrote, with the same forecasts and curves; nothing is fitted again.

        UserError when the files are not those of a promotion model.
        """
        model = model_files.read(cls, folder)
        if model.uplift.regression.days is model.baseline.days:
            # The property that both share; a frozen class lets only its dictionary be filled.
            model.baseline.__dict__["regression"] = model.uplift.regression
        return model
