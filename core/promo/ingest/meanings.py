"""What the words of a channel or promotion column mean, judged together: the column is the context."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.promo.ingest.cells import Fault, says_missing
from core.promo.ingest.mapping import SalesChannel, SalesMapping, word_key
from core.promo.ingest.words import channel_meant, is_flag_word, promo_meant

CHANNEL_CODES = {SalesChannel.ONLINE: 0, SalesChannel.OFFLINE: 1}
CHANNEL_NAMES = (SalesChannel.ONLINE.value, SalesChannel.OFFLINE.value)
CODE_LETTERS = (2, 3)
_EITHER = frozenset({"shop", "shops"})
# Words for a place in languages that call the web shop a shop.
_BRANCHES = frozenset(
    {"filiale", "filialen", "filial", "laden", "ladengeschaft", "geschaft", "geschaeft", "markt", "magasin"}
    | {"magasins", "tienda", "tiendas", "negozio", "negozi", "winkel", "winkels"}
)


def channels_meant(words: Iterable[str]) -> dict[str, SalesChannel | None]:
    """The sales channel of every word, None where it is unknown.

    “Shop” is a place among English words, but beside “Filiale” and without any other word for online it is
    the web shop. “Store” beside “Outlet” or “In-Store” stays a place.
    """
    meant = {word: channel_meant(word) for word in words}
    places = [word for word, channel in meant.items() if channel is SalesChannel.OFFLINE]
    either = [word for word in places if word_key(word) in _EITHER]
    abroad = any(_BRANCHES & set(word_key(word).split()) for word in places)
    if either and abroad and SalesChannel.ONLINE not in meant.values():
        meant |= dict.fromkeys(either, SalesChannel.ONLINE)
    return meant


def promos_meant(words: Iterable[str]) -> dict[str, bool | None]:
    """Whether every word of a flag column marks a promotion; None where it does not say.

    Words that are neither yes nor no are promotions' names, except in a column that says yes in so many
    words. An empty cell is no promotion in a column of names or of marks for yes alone; beside a word for no
    it says nothing.
    """
    distinct = list(words)
    meant = {word: promo_meant(word) if says_missing(word) is Fault.NONE else None for word in distinct}
    filled = [word for word in distinct if says_missing(word) is Fault.NONE]
    if False not in meant.values():
        meant |= {word: False for word in distinct if says_missing(word) in (Fault.EMPTY, Fault.MISSING_WORD)}
    if not any(meant[word] for word in filled):
        meant |= {word: True for word in filled if meant[word] is None}
    return meant | {word: True for word in filled if meant[word] is None and is_flag_word(word)}


def codes_among(names: Iterable[str]) -> frozenset[str]:
    """Names such as NA or NC that are codes, as all others of their column are, and not the words for a
    missing value that they look like."""
    filled = {name for name in names if name.strip()}
    missing = {name for name in filled if says_missing(name) is Fault.MISSING_WORD}
    doubtful, others = {name for name in missing if len(name) == 2 and _is_code(name)}, filled - missing
    return frozenset(doubtful) if len(others) > 1 and all(map(_is_code, others)) else frozenset()


def _is_code(name: str) -> bool:
    return len(name) in CODE_LETTERS and name.isalpha() and name.isupper()


def channel_codes(words: Iterable[str], mapping: SalesMapping) -> dict[str, int]:
    """0 online, 1 offline, or the negative fault of each word; the mapping's words win."""
    given = {word_key(word): SalesChannel(value) for word, value in mapping.channel_words.items()}
    distinct = list(words)
    known = channels_meant(distinct)
    codes = {}
    for word in distinct:
        meant = given.get(word_key(word), known[word])
        missing = says_missing(word)
        fault = Fault.UNKNOWN_CHANNEL if missing is Fault.NONE else missing
        codes[word] = CHANNEL_CODES[meant] if meant is not None else -fault
    return codes


def promo_codes(words: Iterable[str], mapping: SalesMapping) -> dict[str, int]:
    """1 on promotion, 0 not, or the negative fault of each word; the mapping's words win."""
    return flags_of(words, mapping.promo_words)


def flags_of(words: Iterable[str], given: Mapping[str, bool]) -> dict[str, int]:
    """The same from the words of a mapping alone."""
    keys = {word_key(word): value for word, value in given.items()}
    distinct = list(words)
    known = promos_meant(distinct)
    codes = {}
    for word in distinct:
        meant = keys.get(word_key(word), known[word])
        missing = says_missing(word)
        fault = Fault.UNKNOWN_PROMO if missing is Fault.NONE else missing
        codes[word] = int(meant) if meant is not None else -fault
    return codes
