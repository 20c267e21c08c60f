"""The promotion catalogue: which promotions ran when, where and how deep."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from core.data.cells import ColumnKind
from core.data.dates import DateForm
from core.data.files import Source
from core.promo.ingest.mapping import SalesChannel, word_key
from core.promo.ingest.small_tables import (
    BETWEEN_CHANNELS,
    Field,
    best_of,
    has_words,
    quoted_cell,
    read_small,
    refuse_faults,
    split_list,
)
from core.promo.ingest.vocabulary import channels_of

CATALOG = (
    *("promo_name", "date_start", "date_end", "departments", "channels", "avg_discount_pct", "mechanics"),
)
_START = "start begin beginn from von debut inicio first ab desde inizio startdatum datestart"
_END = "end ende until bis fin last to hasta fine enddatum dateend"
_NAME = "name titel title bezeichnung nom nombre promo promotion aktion campaign kampagne event oferta offer"
_DISCOUNT = "discount discounts rabatt nachlass remise descuento sconto korting markdown depth"
_BOTH = frozenset(
    {"all", "both", "alle", "beide", "tous", "todos", "omnichannel", "omni", "all channels", "both channels"}
    | {"alle kanale", "alle kanaele", "beide kanale", "tous les canaux", "todos los canales"}
)
_CLICK_AND_COLLECT = re.compile(r"click\s*(?:&|\+|and|und|et|y)\s*collect", re.IGNORECASE)
_COARSE = frozenset({DateForm.WEEK, DateForm.MONTH, DateForm.QUARTER})
FIELDS = (
    Field(
        "promo_name",
        "promotion's name",
        ColumnKind.TEXT,
        has_words(_NAME, without=f"{_DISCOUNT} {_START} {_END}"),
    ),
    Field("date_start", "first day", ColumnKind.DATE, has_words(_START), coarse=_COARSE),
    Field("date_end", "last day", ColumnKind.DATE, has_words(_END), coarse=_COARSE),
    Field(
        "departments",
        "departments",
        ColumnKind.TEXT,
        has_words(
            "department departments dept warengruppe warengruppen abteilung abteilungen category categories "
            "kategorie kategorien rayon rayons categorie departamento departamentos categoria categorias "
            "reparto"
        ),
    ),
    Field(
        "channels",
        "sales channels",
        ColumnKind.TEXT,
        has_words("channel channels kanal kanale kanaele canal canaux canales canale vertriebsweg"),
        required=False,
    ),
    Field("avg_discount_pct", "discount in percent", ColumnKind.NUMBER, has_words(_DISCOUNT), percent=True),
    Field(
        "mechanics",
        "mechanic",
        ColumnKind.TEXT,
        best_of(
            has_words("mechanic mechanics mechanik mecanique mecanica"),
            has_words("type typ art tipo", without="id"),
        ),
        required=False,
    ),
)


def read_catalog(source: Source, name: str) -> pd.DataFrame:
    """The promotions of a catalogue with the columns CATALOG, in the file's order.

    `departments` and `channels` are lists (online, offline; both where the file has no such column),
    `avg_discount_pct` in percent, `mechanics` a list of texts. FileProblem names every fault at once.
    """
    table, frame, faults = read_small(source, name, FIELDS)
    frame["departments"] = frame["departments"].map(split_list)
    frame["channels"] = _channels(frame["channels"], faults)
    frame["mechanics"] = frame["mechanics"].map(split_list)
    wrong = frame[frame["date_end"] < frame["date_start"]]
    for row, start, end in zip(wrong.index, wrong["date_start"], wrong["date_end"], strict=True):
        faults.append(f"row {row}: it ends on {end.date()}, before it begins on {start.date()}.")
    depth = frame["avg_discount_pct"]
    for row, value in depth[(depth < 0) | (depth > 100)].items():
        faults.append(f"row {row}: a discount of {value:g} % is not between 0 and 100.")
    refuse_faults(table.name, faults)
    for day in ("date_start", "date_end"):
        frame[day] = pd.to_datetime(frame[day]).dt.normalize().astype("datetime64[us]")
    return frame[list(CATALOG)].reset_index(drop=True)


def _channels(cells: pd.Series[Any], faults: list[str]) -> pd.Series[Any]:
    both = [channel.value for channel in SalesChannel]
    cells = cells.map(lambda cell: _CLICK_AND_COLLECT.sub("click collect", cell), na_action="ignore")
    words = {word for cell in cells for word in split_list(cell, BETWEEN_CHANNELS)}
    meant = channels_of(sorted(words))
    lists: list[list[str]] = []
    for row, cell in cells.items():
        found = split_list(cell, BETWEEN_CHANNELS)
        unknown = [word for word in found if meant[word] is None and word_key(word) not in _BOTH]
        faults += [
            f"row {row}: channel {quoted_cell(word)} is neither online nor offline." for word in unknown
        ]
        known = {str(channel.value) for word in found if (channel := meant[word]) is not None}
        everywhere = not found or any(word_key(word) in _BOTH for word in found)
        lists.append(both if everywhere else [channel for channel in both if channel in known])
    return pd.Series(lists, index=cells.index, dtype=object)
