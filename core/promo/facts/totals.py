"""Departments and geos that are the sum of others in their column: taken as well, they double every sum."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.data.cell_problems import TOTALS
from core.promo.facts.cells import Fault, says_missing
from core.promo.facts.mapping import SalesColumn, word_key

NAMED = (SalesColumn.DEPARTMENT, SalesColumn.GEO)
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
