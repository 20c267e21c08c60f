"""Month names in English, German, French and Spanish, by their first letters without accents."""

from __future__ import annotations

import unicodedata

_NAMES = (
    "jan january januar jaenner janner janv janvier ene enero",
    "feb february februar feber fev fevr fevrier febrero",
    "mar march marz maerz mrz mars marzo",
    "apr april avr avril abr abril",
    "may mai mayo",
    "jun june juni juin junio",
    "jul july juli juil juillet julio",
    "aug august aou aout ago agosto",
    "sep sept september septembre septiembre",
    "oct october okt oktober octobre octubre",
    "nov november novembre noviembre",
    "dec december dez dezember decembre dic diciembre",
)
MONTHS = {name: month for month, names in enumerate(_NAMES, start=1) for name in names.split()}


def plain_letters(text: str) -> str:
    """Lower case without accents, ß as ss: `März` becomes `marz`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def month_of(word: str) -> int | None:
    """1..12 for a month's name or usual abbreviation in four languages, with or without a dot; else None."""
    return MONTHS.get(plain_letters(word).strip("."))
