"""Monthly targets by geo."""

from __future__ import annotations

import pandas as pd

from core.data.cells import ColumnKind
from core.data.dates import DateForm
from core.data.files import Source
from core.promo.days import ALL_GEOS
from core.promo.ingest.small_tables import Field, has_words, read_small, refuse_faults

TARGETS = ("month", "geo", "sales_value_target", "margin_pct_target", "units_target")
_MONTH = "month monat mois mes mese maand date datum fecha period periode zeitraum"
_GEO = "geo region country land pays pais market markt gebiet regione paese"
_SALES = "sales revenue turnover umsatz ca ventes ventas ingresos fatturato vendite omzet erlos"
_MARGIN = "margin marge margen margine rohertrag db"
_UNITS = "units unit qty quantity stuck stueck menge absatz unites unidades pezzi pieces volume"
FIELDS = (
    Field(
        "month",
        "month",
        ColumnKind.DATE,
        has_words(_MONTH),
        coarse=frozenset({DateForm.WEEK, DateForm.QUARTER}),
    ),
    Field("geo", "geo", ColumnKind.TEXT, has_words(_GEO), required=False),
    Field(
        "sales_value_target",
        "sales target",
        ColumnKind.NUMBER,
        has_words(_SALES, without=f"{_UNITS} {_MARGIN}"),
    ),
    Field(
        "margin_pct_target", "margin target in percent", ColumnKind.NUMBER, has_words(_MARGIN), percent=True
    ),
    Field("units_target", "units target", ColumnKind.NUMBER, has_words(_UNITS), required=False),
)


def read_targets(source: Source, name: str) -> pd.DataFrame:
    """The targets of a file with the columns TARGETS: month as `2024-03`, geo ALL where the file has none,
    margin in percent, units NaN where there are none. FileProblem names every fault at once."""
    table, frame, faults = read_small(source, name, FIELDS)
    frame["geo"] = frame["geo"].fillna(ALL_GEOS)
    frame["month"] = pd.to_datetime(frame["month"]).dt.strftime("%Y-%m")
    again = frame[frame.duplicated(["month", "geo"]) & frame["month"].notna()]
    faults += [
        f"row {row}: {month} has a target for {geo} already."
        for row, month, geo in zip(again.index, again["month"], again["geo"], strict=True)
    ]
    for column in ("sales_value_target", "units_target"):
        for row, value in frame.loc[frame[column] < 0, column].items():
            faults.append(f"row {row}: {column} is {value:g}; a target is not below 0.")
    margin = frame["margin_pct_target"]
    for row, value in margin[(margin < -100) | (margin > 100)].items():
        faults.append(f"row {row}: margin_pct_target is {value:g} %; it lies between -100 and 100.")
    refuse_faults(table.name, faults)
    for column in TARGETS[2:]:
        frame[column] = frame[column].astype(float)
    return frame[list(TARGETS)].reset_index(drop=True)
