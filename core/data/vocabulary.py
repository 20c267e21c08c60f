"""The words of headers and cells in English, German, French and Spanish, without accents."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

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
# What stands in cells instead of a number or a name.
BLANK_WORDS = (
    *("", "-", "–", "—", "--", ".", "?", "n/a", "n.a.", "na", "nan", "null", "none", "nil", "#n/a n/a"),
    *("<na>", "k.a.", "k. a.", "s/o", "n/d", "n.d.", "nd", "s.d.", "nc", "n.c."),
)
FORMULA_ERRORS = (
    *("#div/0!", "#n/a", "#name?", "#null!", "#num!", "#ref!", "#value!", "#getting_data", "#spill!"),
    "#calc!",
)
TOTALS = (
    *("total", "totals", "sum", "summe", "gesamt", "gesamtsumme", "grand total", "somme", "suma"),
    "total general",
)
CURRENCY_SIGNS = {
    **{"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₹": "INR", "₽": "RUB", "₺": "TRY", "₩": "KRW"},
    **{"₪": "ILS", "us$": "USD", "r$": "BRL", "a$": "AUD", "c$": "CAD", "zł": "PLN", "kč": "CZK"},
    **{"₴": "UAH", "₫": "VND"},
}
_CODES = (
    "EUR USD GBP CHF JPY CNY INR BRL MXN CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN TRY RUB ZAR SGD HKD KRW "
    "ILS AED SAR COP CLP PEN ARS THB IDR MYR PHP VND UAH EGP NGN KES"
)
CURRENCY_CODES = tuple(_CODES.split())


def plain_letters(text: str) -> str:
    """Lower case without accents, ß as ss: `März` becomes `marz`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def month_of(word: str) -> int | None:
    """1..12 for a month's name or usual abbreviation in four languages, with or without a dot; else None."""
    return MONTHS.get(plain_letters(word).strip("."))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DATE = _words(
    "date dates day days week weeks wk month months time period ds datetime timestamp quarter calendar "
    "datum tag woche kw kalenderwoche monat zeitraum zeit periode wochenstart jour semaine mois fecha dia "
    "semana mes periodo"
)
TARGET_MONEY = _words(
    "revenue revenues sales turnover gmv bookings income umsatz umsaetze umsatze erlos erloes erlose "
    "verkaufe verkaeufe einnahmen ca chiffre ventes recettes ventas ingresos facturacion"
)
TARGET_COUNT = _words(
    "conversions conversion orders order kpi signups signup registrations leads lead purchases units visits "
    "installs subscriptions subscribers customers applications bestellungen anmeldungen kaufe kauefe "
    "abschlusse kunden commandes inscriptions achats clients pedidos compras altas registros unidades "
    "conversiones y target"
)
SPEND = _words(
    "spend spends spent cost costs budget investment invest expense ausgaben kosten werbekosten spendings "
    "depense depenses cout couts investissement gasto gastos coste costes costo inversion eur usd gbp"
)
EXPOSURE = _words(
    "impression impressions imps impr imp clicks click reach grp grps trp trps views view kontakte "
    "einblendungen klicks reichweite impresiones clics alcance vistas portee vues"
)
CHANNELS = _words(
    "tv television fernsehen tele ooh dooh plakat billboard affichage exterior print press presse prensa "
    "zeitung magazine radio audio podcast podcasts spotify search sea sem ppc google adwords bing microsoft "
    "shopping pmax youtube yt video display banner programmatic rtb facebook fb meta instagram ig tiktok "
    "snapchat snap pinterest linkedin twitter social affiliate affiliates influencer influencers cinema "
    "kino direct mail dm flyer prospekt catalog retargeting remarketing criteo amazon ctv streaming "
    "sponsoring sponsorship native taboola outbrain reddit quora media channel brand generic performance "
    "ads anzeigen werbung publicite publicidad"
)
ORGANIC = _words(
    "organic organisch organique organico newsletter newsletters email emails mailing mailings push crm seo "
    "blog pr earned owned boletin"
)
GEO = _words(
    "geo stadt region regions state states dma country countries market markets city territory province "
    "land lander laender bundesland gebiet pays pais provincia ciudad ville departement comunidad estado "
    "postcode zip plz"
)
EVENT = _words(
    "event events holiday holidays feiertag feiertage ereignis evenement fete ferie evento eventos festivo "
    "festivos blackfriday lockdown launch"
)
TREATMENT = _words(
    "price prices pricing promo promos promotion promotions discount discounts rabatt rabatte preis preise "
    "aktion aktionen prix remise soldes precio precios descuento descuentos oferta"
)
POPULATION = _words("population pop einwohner bevolkerung bevoelkerung habitants poblacion inhabitants")
CONTROL = _words(
    "control controls competitor competitors wettbewerb wettbewerber konkurrenz concurrent concurrence "
    "competencia weather temperature temperatur wetter meteo clima temp rain regen sunshine gdp cpi "
    "inflation unemployment consumer sentiment trend trends gqv query confidence covid"
)
CHANNEL_NAME = _words(
    "channel media medium kanal canal medio source platform plattform plateforme plataforma mediakanal "
    "support"
)
CURRENCY = _words("currency currencies waehrung wahrung devise monnaie moneda divisa")
PER_UNIT = _words("per pro par por je aov basket warenkorb panier")
CAMPAIGN_ID = _words("campaign campaign_id kampagne campagne campana ad adset")
RESULT = _words(
    "effect effects contribution contributions predicted prediction forecast fitted residual roas roi mroas "
    "cpa cpc cpm ctr cvr"
)
DEPARTMENT = _words(
    "department departments dept category categories warengruppe abteilung kategorie sortiment rayon "
    "categorie departamento categoria sku article artikel"
)
DISCOUNT = _words("discount discounts rabatt rabatte remise descuento promo promotion aktion flag")
MARGIN = _words("margin marge deckungsbeitrag margen db")
START = _words("start begin from von beginn debut inicio first")
END = _words("end until bis ende fin last to")
SEGMENT = _words(
    "segment segments segment_id customer customers kunden kundensegment clients clientes sensitivity"
)
GOAL = _words("target targets goal goals ziel ziele plan soll objectif objectifs objetivo objetivos")
SUFFIX_ROLES = {"s": "spend", "i": "exposure", "p": "exposure", "b": "control", "o": "organic"}
_UPPER_CASE = "tv ooh dooh ctv sea sem seo ppc crm dm pr kpi"
SPELLINGS = {
    **{word: word.upper() for word in _UPPER_CASE.split()},
    **{"youtube": "YouTube", "tiktok": "TikTok", "linkedin": "LinkedIn"},
}

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")
_SPLIT = re.compile(r"[^0-9A-Za-zÀ-ž]+")
_KNOWN = frozenset().union(*(value for value in list(globals().values()) if isinstance(value, frozenset)))


@lru_cache(maxsize=10_000)
def parts(name: str) -> tuple[str, ...]:
    """The words of a column name as written; `adSpend` is two, `TikTok` is known as one."""
    found: list[str] = []
    for part in _SPLIT.split(name):
        if part:
            found += (
                [part] if plain_letters(part) in _KNOWN else [word for word in _CAMEL.split(part) if word]
            )
    return tuple(found)


@lru_cache(maxsize=10_000)
def tokens(name: str) -> tuple[str, ...]:
    """The same words in lower case without accents: `Umsatz_brutto (€)` gives `umsatz`, `brutto`."""
    return tuple(plain_letters(part) for part in parts(name))


def word_in(name: str, words: frozenset[str]) -> str | None:
    """The first word of the name that is in `words`, also as plural or with a number; else None."""
    for token in tokens(name):
        bare = token.rstrip("0123456789") or token
        for form in (token, bare, bare.removesuffix("s"), bare.removesuffix("en")):
            if form in words:
                return token
    return None
