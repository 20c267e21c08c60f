"""The words of retailers' files: sales channels, promotion flags, and what headers are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from core.data.vocabulary import DATE, GEO, TOTALS, plain_letters, tokens
from core.promo.ingest.cells import Fault, missing_fault
from core.promo.ingest.mapping import SalesChannel, SalesColumn, SalesMapping, word_key

CHANNEL_CODES = {SalesChannel.ONLINE: 0, SalesChannel.OFFLINE: 1}
CHANNEL_NAMES = (SalesChannel.ONLINE.value, SalesChannel.OFFLINE.value)
CODE_LETTERS = (2, 3)
_EITHER = frozenset({"shop", "shops"})
# Words for a place in languages that call the web shop a shop.
_BRANCHES = frozenset(
    {"filiale", "filialen", "filial", "laden", "ladengeschaft", "geschaft", "geschaeft", "markt", "magasin"}
    | {"magasins", "tienda", "tiendas", "negozio", "negozi", "winkel", "winkels"}
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ONLINE = _words(
    "web website webshop onlineshop online internet ecom ecommerce eshop estore digital app mobile "
    "marketplace marktplatz amazon ebay zalando versand versandhandel mailorder direct delivery lieferung "
    "livraison domicilio linea ligne site pureplayer onlinehandel etail etailer click"
)
_OFFLINE = _words(
    "store stores shop shops retail offline filiale filialen filial laden ladengeschaft geschaft geschaeft "
    "markt pos magasin magasins boutique boutiques tienda tiendas sucursal negozio negozi punto winkel "
    "winkels stationar stationaer branch branches outlet outlets brick physical fisica fisico physique "
    "instore kasse till station bricks mortar verkaufsstelle"
)
# Words of two parts whose parts would mislead one by one.
_WHOLE = {
    **dict.fromkeys(
        (
            *("e com", "e commerce", "e shop", "e store", "online shop", "online store", "web shop"),
            *("web store", "internet shop", "en ligne", "en linea", "tienda online", "boutique en ligne"),
            *("online handel", "online laden", "click collect", "click and collect", "mail order", "on line"),
            *("negozio online", "site web", "sitio web", "www", "d2c", "dtc", "home delivery", "m commerce"),
        ),
        SalesChannel.ONLINE,
    ),
    **dict.fromkeys(
        (
            *("brick and mortar", "bricks and mortar", "in store", "b m", "off line", "en magasin"),
            *("point of sale", "tienda fisica", "shop floor", "walk in"),
        ),
        SalesChannel.OFFLINE,
    ),
}

YES = _words("y yes true t 1 j ja wahr x oui o vrai si s sim verdadero vero on ✓ ✔")
# These mark a promotion beside a word for no; among promotions' names they are one more name.
PROMO_WORDS = _words(
    "promo promotion promoted aktion promocion action actie offer oferta offre angebot sale deal promozione"
)
NO = _words(
    "n no false f 0 nein falsch non faux falso none nao nee regular normal standard base baseline off "
    "nonpromo nopromo keine kein aucune aucun sin ninguna ninguno nessuna geen regulaer regular full "
    "fullprice everyday edlp unpromoted undiscounted"
)
_NOT = _words(
    "no non not nicht kein keine keinen ohne without sans sin senza zonder aucun aucune ningun ninguna "
    "nessun nessuna geen"
)
# What may stand beside the word that is denied: “not on promotion”, “no special price”.
_FILLERS = _words(
    "on in a an any the of de la le del der die das en im auf special active flag price prix precio preis"
)
_NO_WHOLE = frozenset(
    {
        *("no promo", "non promo", "not promoted", "no promotion", "without promo", "keine aktion"),
        *("ohne aktion", "kein angebot", "sans promo", "sin promocion", "no offer", "full price"),
        *("regular price", "normal price", "normalpreis", "prix normal", "precio normal", "hors promo"),
    }
)


_FLAG_NUMBER = re.compile(r"([01])[.,]0+")  # a flag that a program wrote as a number
_BOTH = re.compile(r"[+/&]|\b(?:and|und|et|y|e|en)\b")
_DENIED = _words("no non not nicht kein keine offline")


def channel_of(word: str) -> SalesChannel | None:
    """The sales channel a word stands for in the languages known; None where it stands for neither."""
    key = _spaced(word)
    words = set(key.split()) | {key.replace(" ", "")}
    online = bool(words & _ONLINE) or key.startswith(("online", "e com", "ecom", "internet"))
    offline = bool(words & _OFFLINE)
    if online and not {"click", "collect"} <= words:
        # “Online + Offline” is a total and “Non-online” anything else; “Click & Collect” is still online.
        both = offline and _BOTH.search(word.casefold()) is not None
        if both or words & _DENIED:
            return None
    if key in _WHOLE:
        return _WHOLE[key]
    if online:
        return SalesChannel.ONLINE
    return SalesChannel.OFFLINE if offline else None


def is_promo(word: str) -> bool | None:
    """Whether a flag says yes or no; None for other words (such as a promotion's name)."""
    number = _FLAG_NUMBER.fullmatch(word.strip())
    key = number[1] if number else _spaced(word)
    if key in _NO_WHOLE or key.replace(" ", "") in NO or _denies(key.split()):
        return False
    return True if key.replace(" ", "") in YES else None


def _denies(words: list[str]) -> bool:
    """`No discount`, `not on promotion`: a denial and what is denied, and no other word, which would make it
    a promotion's name (`Sin IVA`, `No Tax Weekend`)."""
    denied = PROMO | PROMO_WORDS | DISCOUNT
    if not words or words[0] not in _NOT:
        return False
    rest = [word in denied or word.endswith(("angebot", "aktion", "rabatt", "preis")) for word in words[1:]]
    return any(rest) and all(
        fits or word in _FILLERS | NO for fits, word in zip(rest, words[1:], strict=True)
    )


def is_flag_word(word: str) -> bool:
    """Whether the word itself is a mark for promotion, such as `Promo` beside `Regular`."""
    return _spaced(word) in PROMO_WORDS


def _spaced(word: str) -> str:
    return " ".join(re.sub(r"[^0-9a-z✓✔]+", " ", plain_letters(word)).split()) or word_key(word)


def channels_of(words: Iterable[str]) -> dict[str, SalesChannel | None]:
    """The sales channel of every word, None where it is unknown.

    “Shop” is a place among English words, but beside “Filiale” and without any other word for online it is
    the web shop. “Store” beside “Outlet” or “In-Store” stays a place.
    """
    meant = {word: channel_of(word) for word in words}
    places = [word for word, channel in meant.items() if channel is SalesChannel.OFFLINE]
    either = [word for word in places if word_key(word) in _EITHER]
    abroad = any(_BRANCHES & set(word_key(word).split()) for word in places)
    if either and abroad and SalesChannel.ONLINE not in meant.values():
        meant |= dict.fromkeys(either, SalesChannel.ONLINE)
    return meant


def promos_of(words: Iterable[str]) -> dict[str, bool | None]:
    """Whether every word of a flag column marks a promotion; None where it does not say.

    Words that are neither yes nor no are promotions' names, except in a column that says yes in so many
    words. An empty cell is no promotion in a column of names or of marks for yes alone; beside a word for no
    it says nothing.
    """
    distinct = list(words)
    meant = {word: is_promo(word) if missing_fault(word) is Fault.NONE else None for word in distinct}
    filled = [word for word in distinct if missing_fault(word) is Fault.NONE]
    if False not in meant.values():
        meant |= {
            word: False for word in distinct if missing_fault(word) in (Fault.EMPTY, Fault.MISSING_WORD)
        }
    if not any(meant[word] for word in filled):
        meant |= {word: True for word in filled if meant[word] is None}
    return meant | {word: True for word in filled if meant[word] is None and is_flag_word(word)}


def code_names(names: Iterable[str]) -> frozenset[str]:
    """Names such as NA or NC that are codes, as all others of their column are, and not the words for a
    missing value that they look like."""
    filled = {name for name in names if name.strip()}
    missing = {name for name in filled if missing_fault(name) is Fault.MISSING_WORD}
    doubtful, others = {name for name in missing if len(name) == 2 and _is_code(name)}, filled - missing
    return frozenset(doubtful) if len(others) > 1 and all(map(_is_code, others)) else frozenset()


def _is_code(name: str) -> bool:
    return len(name) in CODE_LETTERS and name.isalpha() and name.isupper()


def channel_codes(words: Iterable[str], mapping: SalesMapping) -> dict[str, int]:
    """0 online, 1 offline, or the negative fault of each word; the mapping's words win."""
    given = {word: CHANNEL_CODES[SalesChannel(value)] for word, value in mapping.channel_words.items()}
    known = {w: CHANNEL_CODES[channel] if channel else None for w, channel in channels_of(words).items()}
    return _codes(known, given, Fault.UNKNOWN_CHANNEL)


def promo_codes(words: Iterable[str], mapping: SalesMapping) -> dict[str, int]:
    """1 on promotion, 0 not, or the negative fault of each word; the mapping's words win."""
    return _codes(promos_of(words), mapping.promo_words, Fault.UNKNOWN_PROMO)


def _codes(known: Mapping[str, int | None], given: Mapping[str, int], unknown: Fault) -> dict[str, int]:
    keys = {word_key(word): code for word, code in given.items()}
    codes = {}
    for word, code in known.items():
        meant = keys.get(word_key(word), code)
        missing = missing_fault(word)
        fault = unknown if missing is Fault.NONE else missing
        codes[word] = int(meant) if meant is not None else -fault
    return codes


# What headers say. Endings catch compounds such as Belegdatum or Nettoumsatz.
SALES_DATE = (DATE - _words("zeit time")) | _words(
    "data giorno transaction belegdatum verkaufsdatum datetime"
)
CHANNEL = _words(
    "channel kanal canal canale vertriebsweg vertriebskanal vertriebslinie verkaufskanal absatzkanal "
    "saleschannel verkoopkanaal touchpoint absatzweg circuit"
)
DEPARTMENT = _words("department departments dept warengruppe abteilung rayon departamento reparto afdeling")
CATEGORY = _words(
    "category categories kategorie categorie categoria sortiment productgroup warengruppen produktgruppe "
    "family famille familia familie sector sparte bereich artikelgruppe gamme seccion division group gruppe "
    "groep groupe grupo gruppo line class"
)
PROMO = _words(
    "promo promos promotion promotions promoflag aktion aktionen werbeaktion aktionsartikel offer offers "
    "oferta offre angebot action actie promocion promozione promotional promoted ispromo onpromo deal "
    "aktionskennzeichen aktionsname kampagne campaign promotype"
)
DISCOUNT = _words(
    "discount discounts rabatt rabatte nachlass preisnachlass remise descuento sconto korting markdown "
    "reduction rebate disc off abschlag rebaja reduccion remises preisreduktion"
)
SALES = _words(
    "sales revenue revenues turnover umsatz umsaetze umsatze erlos erloes erlose nettoumsatz bruttoumsatz ca "
    "ventes venta ventas ingresos facturacion fatturato vendite omzet amount betrag importe montant gmv "
    "receipts takings sale recettes income einnahmen incasso"
)
SALES_SECOND = _words("value wert net netto total")
MARGIN = _words(
    "margin marge margen margine deckungsbeitrag db profit rohertrag rohgewinn rohmarge gp benefit beneficio "
    "benefice bruttomarge contribution gewinn handelsspanne spanne winst brutto_winst"
)
COST = _words(
    "cost costs cogs wareneinsatz einstand einstandswert einkaufswert selbstkosten kosten cout couts coste "
    "costes costo costi kostprijs ek inkoopwaarde purchase"
)
UNITS = _words(
    "units unit qty quantity quantities pieces pcs stuck stueck stuckzahl stueckzahl menge mengen absatz "
    "absatzmenge anzahl quantite quantites qte unites unidades cantidad uds pezzi quantita aantal stuks "
    "items verkaufsmenge volume sold"
)
PERCENT = _words(
    "pct percent percentage prozent pourcentage porcentaje percentuale procent rate quote satz share"
)
TAX = _words("tax vat mwst ust steuer tva iva btw")
WITHOUT = _words("excl exclusive ex ohne hors sin senza zonder before without net netto exkl")
NOT_MONEY = _words(
    "price preis prix precio prezzo prijs target plan budget forecast goal ziel "
    "id nr number nummer code no index last previous vorjahr ly py yoy growth change list"
)
REGION = GEO | _words("regione filialregion verkaufsgebiet gebiet regio area zone zona")
STORE = _words("store shop filiale tienda magasin negozio winkel markt branch outlet pos location standort")
ENDINGS = {
    "date": ("datum", "date", "tag"),
    "sales": ("umsatz", "erlos", "erloes", "omzet"),
    "units": ("menge", "stuck", "stueck", "anzahl"),
    "margin": ("marge", "deckungsbeitrag", "ertrag"),
    "discount": ("rabatt", "nachlass"),
    "channel": ("kanal", "vertriebsweg"),
    "department": ("warengruppe", "abteilung"),
    "promo": ("aktion",),
    "cost": ("einsatz", "kosten"),
}


def header_words(name: str) -> tuple[str, ...]:
    """The words of a header; a percent sign counts as one."""
    return (*tokens(name), *(("percent",) if "%" in name else ()))


def header_word(name: str, words: frozenset[str], endings: tuple[str, ...] = ()) -> str | None:
    """The first of the header's words that is one of `words` or ends in one of `endings`."""
    for word in header_words(name):
        bare = word.rstrip("0123456789") or word
        forms = (word, bare, bare.removesuffix("s"))
        if any(form in words for form in forms) or (endings and bare.endswith(endings)):
            return word
    return None


NAMED = (SalesColumn.DEPARTMENT, SalesColumn.GEO)


MOST_NAMES = 5_000  # a column with more is refused anyway, since it holds something finer


_ALL = frozenset({*TOTALS, "all", "alle", "tous", "toutes", "todos", "todas", "tutti", "overall", "combined"})


_WHAT = re.compile(
    r" (departments?|categor(y|ies)|regions?|countr(y|ies)|stores?|markets?|geos?|company|abteilungen"
    r"|warengruppen|kategorien|regionen|lander|laender|filialen|rayons|regiones|departamentos)$"
)


def total_names(names: Iterable[str]) -> frozenset[str]:
    """The texts that name a total of the others: `Total`, `All regions`, `Total TV` beside `TV`.

    Empty where every name would be one: a file of totals alone is read as such.
    """
    filled = [name for name in names if missing_fault(name) is Fault.NONE]
    if len(filled) > MOST_NAMES:
        return frozenset()
    keys = {name: word_key(name).strip(" :*") for name in filled}
    others = set(keys.values())
    found = set()
    for name, key in keys.items():
        first, _space, rest = key.partition(" ")
        before, _space, last = key.rpartition(" ")
        of_all = key in _ALL or _WHAT.sub("", key) in _ALL
        of_first = last in TOTALS and before.strip(" :-") in others
        of_rest = first in TOTALS and rest.strip(" :-") in others
        if of_all or of_first or of_rest:
            found.add(name)
    return frozenset(found) if len(found) < len(filled) else frozenset()
