"""Customer segments as a customer data platform exports them."""

from __future__ import annotations

import pandas as pd

from core.data.cells import ColumnKind
from core.data.files import Source
from core.promo.ingest.mapping import word_key
from core.promo.ingest.small_tables import (
    Field,
    has_words,
    quoted_cell,
    read_small,
    refuse_faults,
    split_list,
)

SEGMENTS = (
    *("segment_id", "name", "share_of_customers", "share_of_revenue", "avg_basket_value", "fav_categories"),
    *("discount_sensitivity", "purchase_frequency", "last_purchase_days_ago"),
)
SHARES = ("share_of_customers", "share_of_revenue")
LONGEST_ID = 50
_SENSITIVITIES = {
    **dict.fromkeys(("low", "niedrig", "gering", "faible", "baja", "bassa", "laag"), "low"),
    **dict.fromkeys(("medium", "mid", "moderate", "mittel", "moyenne", "media", "middel", "moyen"), "medium"),
    **dict.fromkeys(("high", "hoch", "elevee", "forte", "alta", "hoog", "eleve"), "high"),
}
_CUSTOMERS = "customers customer kunden clients clientes clienti klanten kunde"
_REVENUE = "revenue sales umsatz ca ventes ventas ingresos fatturato omzet"
_SHARE = "share anteil part cuota quota aandeel pct percent prozent"
FIELDS = (
    Field("segment_id", "segment's id", ColumnKind.TEXT, has_words("segment segmento", "id code key nr")),
    Field("name", "segment's name", ColumnKind.TEXT, has_words("name bezeichnung nom nombre label segment")),
    Field(
        "share_of_customers",
        "share of customers",
        ColumnKind.NUMBER,
        has_words(_SHARE, _CUSTOMERS),
        percent=True,
    ),
    Field(
        "share_of_revenue", "share of revenue", ColumnKind.NUMBER, has_words(_SHARE, _REVENUE), percent=True
    ),
    Field(
        "avg_basket_value",
        "average basket",
        ColumnKind.NUMBER,
        has_words("basket warenkorb panier aov cesta carrello"),
    ),
    Field(
        "fav_categories",
        "favourite categories",
        ColumnKind.TEXT,
        has_words("categories category kategorien kategorie departments warengruppen categorias rayons"),
        required=False,
    ),
    Field(
        "discount_sensitivity",
        "sensitivity to discounts",
        ColumnKind.TEXT,
        has_words("sensitivity sensibilitat sensitivitat sensibilite sensibilidad preissensibilitat"),
    ),
    Field(
        "purchase_frequency",
        "purchases a year",
        ColumnKind.NUMBER,
        has_words("frequency haufigkeit frequence frecuencia kaufhaufigkeit kauffrequenz frequenz"),
        required=False,
    ),
    Field(
        "last_purchase_days_ago",
        "days since the last purchase",
        ColumnKind.NUMBER,
        has_words("last recency letzter dernier ultima recenz", without=_REVENUE),
        required=False,
    ),
)


def read_segments(source: Source, name: str) -> pd.DataFrame:
    """The segments of a file with the columns SEGMENTS, in the file's order.

    Shares are 0..1 (percentages are divided), `fav_categories` lists, `discount_sensitivity` low, medium or
    high. FileProblem names every fault at once: doubled ids, shares beyond 1 or adding up to more.
    """
    table, frame, faults = read_small(source, name, FIELDS)
    for column in SHARES:
        frame[column] = frame[column] / 100.0
    frame["fav_categories"] = frame["fav_categories"].map(split_list)
    cells = frame["discount_sensitivity"]
    meant = cells.map(lambda cell: _SENSITIVITIES.get(word_key(str(cell))) if isinstance(cell, str) else None)
    faults += [
        f"row {row}: sensitivity {quoted_cell(cells[row])} is not low, medium or high."
        for row in cells.index[meant.isna() & cells.notna()]
    ]
    frame["discount_sensitivity"] = meant.astype(object)
    ids = frame["segment_id"]
    for row, value in ids[ids.duplicated() & ids.notna()].items():
        faults.append(f"row {row}: segment {quoted_cell(value)} is there already.")
    for row, value in ids[ids.notna() & (ids.astype("str").str.len() > LONGEST_ID)].items():
        faults.append(f"row {row}: segment id {quoted_cell(value)} is longer than {LONGEST_ID} characters.")
    for column in SHARES:
        total = float(frame[column].sum())
        if total > 1.005:
            faults.append(f"{column} adds up to {100 * total:.4g} %, more than the whole.")
    for column in (*SHARES, "avg_basket_value", "purchase_frequency", "last_purchase_days_ago"):
        for row, value in frame.loc[frame[column].astype(float) < 0, column].items():
            faults.append(f"row {row}: {column} is {value:g}; it cannot be below 0.")
    refuse_faults(table.name, faults)
    return frame[list(SEGMENTS)].reset_index(drop=True)
