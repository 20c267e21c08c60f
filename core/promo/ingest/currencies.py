"""Amounts in different currencies cannot be added up: within a column, across columns, across files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.data.number_words import CURRENCY_SIGNS
from core.data.problems import FileProblem, name_some
from core.promo.ingest.cells import Fault, says_missing
from core.promo.ingest.mapping import SalesColumn, SalesMapping

PERCENTAGES = (SalesColumn.DISCOUNT_PCT, SalesColumn.MARGIN_PCT)
CODE_LETTERS = 3


def currencies_among(texts: Iterable[str]) -> set[str]:
    """The currencies that a column of currencies names by sign or by a code of three letters."""
    plain = {text.strip().lower() for text in texts if says_missing(text) is Fault.NONE}
    return {
        CURRENCY_SIGNS.get(text, text.upper())
        for text in plain
        if text in CURRENCY_SIGNS or (len(text) == CODE_LETTERS and text.isalpha())
    }


def refuse_currencies(
    columns: Mapping[SalesColumn, set[str]], named: Mapping[str, set[str]], mapping: SalesMapping, file: str
) -> None:
    """FileProblem where `columns` of numbers or the column that `named` the currency mix them, or where a
    percentage is an amount of money."""
    found = {mapping.columns[column]: codes for column, codes in columns.items()}
    for header, codes in (found | dict(named)).items():
        if len(codes) > 1:
            raise FileProblem(
                f"{file}: column {header} has amounts in different currencies ({name_some(sorted(codes))}), "
                "which cannot be added up: convert them to one."
            )
    for column in PERCENTAGES:
        if columns.get(column):
            raise FileProblem(
                f"{file}: column {mapping.columns[column]} holds amounts of money "
                f"({name_some(sorted(columns[column]))}); the {column.label} is needed."
            )
    if len(set().union(*found.values())) > 1:
        said = [f"{header} is in {min(codes)}" for header, codes in found.items() if codes]
        raise FileProblem(f"{file} mixes currencies: {name_some(said)}. Convert them to one.")


def refuse_unlike(files: Mapping[str, frozenset[str]]) -> None:
    """FileProblem where files are in different currencies, as far as they say."""
    said = {file: codes for file, codes in files.items() if codes}
    if len(set().union(*said.values())) > 1:
        each = [f"{file} is in {name_some(sorted(codes))}" for file, codes in said.items()]
        raise FileProblem(
            f"The files are in different currencies, which cannot be added up: {name_some(each)}. "
            "Convert them to one."
        )
