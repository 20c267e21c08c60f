"""Departments and geos that are the sum of others in their column: taken as well, they double every sum."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from core.data.cell_problems import TOTALS
from core.data.problems import DataProblem, Severity
from core.promo.ingest.cells import Fault, says_missing
from core.promo.ingest.mapping import SalesColumn, SalesMapping, word_key

NAMED = (SalesColumn.DEPARTMENT, SalesColumn.GEO)
FEWEST_DAYS, FEWEST_NAMES = 5, 3  # from which equal sums are no accident
CENT = 0.01
MOST_NAMES = 5_000  # a column with more is refused anyway, since it holds something finer
_ALL = frozenset({*TOTALS, "all", "alle", "tous", "toutes", "todos", "todas", "tutti", "overall", "combined"})
_WHAT = re.compile(
    r" (departments?|categor(y|ies)|regions?|countr(y|ies)|stores?|markets?|geos?|company|abteilungen"
    r"|warengruppen|kategorien|regionen|lander|laender|filialen|rayons|regiones|departamentos)$"
)


def totals_among(names: Iterable[str]) -> frozenset[str]:
    """The texts that name a total of the others: `Total`, `All regions`, `Total TV` beside `TV`.

    Empty where every name would be one: a file of totals alone is read as such.
    """
    filled = [name for name in names if says_missing(name) is Fault.NONE]
    if len(filled) > MOST_NAMES:
        return frozenset()
    keys = {name: word_key(name).strip(" :*") for name in filled}
    others = set(keys.values())
    found = {name for name, key in keys.items() if _is_total(key, others)}
    return frozenset(found) if len(found) < len(filled) else frozenset()


def _is_total(key: str, others: set[str]) -> bool:
    if key in _ALL or _WHAT.sub("", key) in _ALL:
        return True
    first, _space, rest = key.partition(" ")
    before, _space, last = key.rpartition(" ")
    return (first in TOTALS and rest.strip(" :-") in others) or (
        last in TOTALS and before.strip(" :-") in others
    )


def sum_findings(facts: pd.DataFrame, mapping: SalesMapping, file: str) -> tuple[DataProblem, ...]:
    """A warning for each department or geo whose sales are the sum of all others on every day, such as
    `Germany` beside its regions: no word tells, but the numbers do."""
    found = []
    for column in NAMED:
        header = mapping.header(column)
        for name in _sums_of_others(facts, column.value) if header is not None else ():
            message = (
                f"{name} has the sales of all other {column.label}s together on every day: if its rows are "
                "totals, everything is counted twice. Leave them out then."
            )
            found.append(
                DataProblem(Severity.WARNING, "total_among", message, file, column=header, value=name)
            )
    return tuple(found)


def _sums_of_others(facts: pd.DataFrame, column: str) -> list[str]:
    if facts.empty:
        return []
    daily = facts.groupby(["date", column])["sales_value"].sum().unstack(fill_value=0)
    days, names = daily.shape
    if days < FEWEST_DAYS or names < FEWEST_NAMES:
        return []
    whole = daily.to_numpy().sum(axis=1, keepdims=True)
    same = np.isclose(2.0 * daily.to_numpy(), whole, rtol=0.0, atol=CENT * names) & (whole != 0)
    return [str(name) for name in daily.columns[same.all(axis=0)]]
