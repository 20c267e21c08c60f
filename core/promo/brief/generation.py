"""A first creative brief from a promotion: only what scenario, figures and settings say, no claim beyond."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.charts.formats import Wording
from core.promo.brief.values import Asset, AssetType, CreativeBrief, Tone
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import ALL_SEGMENTS, PromoScenario, ScenarioType
from core.promo.scenarios.settings import BrandRuleKind, PromoSettings

TONES = {
    ScenarioType.CONSERVATIVE: Tone.CALM,
    ScenarioType.BALANCED: Tone.FRIENDLY,
    ScenarioType.AGGRESSIVE: Tone.ENERGETIC,
    ScenarioType.FLASH: Tone.URGENT,
    ScenarioType.BEST_DEAL: Tone.ENERGETIC,
    ScenarioType.COUPON: Tone.FRIENDLY,
    ScenarioType.MEMBER_ONLY: Tone.EXCLUSIVE,
}
PLACES = {"online": "online", "offline": "in our stores"}
ONLINE, OFFLINE = "online", "offline"
CALLS = {ScenarioType.COUPON: "Get your coupon", ScenarioType.MEMBER_ONLY: "Shop as a member"}


PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")


def missing_elements(
    brief: CreativeBrief, settings: PromoSettings, scenario: PromoScenario | None = None
) -> tuple[str, ...]:
    """Sentences, one for each mandatory element that is missing, forbidden word, or discount that the
    promotion does not give; empty where the brief may go out."""
    return tuple(_missing(brief, settings, scenario))


def _missing(brief: CreativeBrief, settings: PromoSettings, scenario: PromoScenario | None) -> Iterator[str]:
    legal = legal_of(scenario, settings)
    if not legal and not brief.legal:
        yield "The legal text is missing: write it in the promotion or in the project's rules."
    for text in legal:
        if not any(_same(text, line) for line in brief.legal):
            yield f"The legal text “{_short(text)}” is missing."
    for element in brand_elements(settings, departments_of(scenario) if scenario else ()):
        if not any(_same(element, line) for line in brief.brand):
            yield f"The brand element “{_short(element)}” is missing."
    texts = texts_of(brief)
    for rule in settings.brand_rules:
        word = str(rule.value).strip()
        found = rf"\b{re.escape(word)}\b"
        if rule.kind == BrandRuleKind.FORBIDDEN_WORD and any(
            re.search(found, t, re.IGNORECASE) for t in texts
        ):
            yield f"The word “{_short(word)}” must not appear."
    given = {round(line.discount_pct, 2) for line in scenario.mechanics} if scenario else set()
    claimed = {number for text in texts for number in PERCENT.findall(text)} if scenario else set()
    for number in sorted(claimed):
        if round(float(number.replace(",", ".")), 2) not in given:
            yield f"The brief says {number} %, a discount that the promotion does not give."


def texts_of(brief: CreativeBrief) -> tuple[str, ...]:
    """Every text that customers would read."""
    assets = (text for asset in brief.assets for text in (asset.headline, asset.subheadline, asset.cta))
    return (*brief.key_messages, *assets)


def _same(text: str, line: str) -> bool:
    return " ".join(text.split()).casefold() in " ".join(line.split()).casefold()


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def generate_brief(
    scenario: PromoScenario, kpis: PromoKpis, settings: PromoSettings, currency: str = ""
) -> CreativeBrief:
    """A brief to begin with. Objectives come from the figures, the audience from the segments of the lines,
    messages and assets from the scenario's type, sales channels and discounts; legal text and brand elements
    from scenario and settings. UserError where a text grows too long."""
    return CreativeBrief(
        primary=_primary(scenario, kpis, currency),
        secondary=tuple(_secondary(kpis, currency)),
        segments=segments_of(scenario),
        demographics=_audience(scenario, settings),
        key_messages=tuple(_messages(scenario)),
        tone=TONES[scenario.scenario_type].value,
        legal=legal_of(scenario, settings),
        brand=brand_elements(settings, departments_of(scenario)),
        assets=tuple(_assets(scenario)),
    )


def departments_of(scenario: PromoScenario, channel: str | None = None) -> tuple[str, ...]:
    """The departments with a discount, in one sales channel or all, in the order of the lines."""
    lines = [line for line in scenario.mechanics if line.discount_pct > 0 and channel in (None, line.channel)]
    return tuple(dict.fromkeys(line.department for line in lines))


def segments_of(scenario: PromoScenario) -> tuple[str, ...]:
    """The segments that the lines name, in their order; ALL where any line is for everyone."""
    named = tuple(dict.fromkeys(name for line in scenario.mechanics for name in line.segments))
    return (ALL_SEGMENTS,) if ALL_SEGMENTS in named else named


def legal_of(scenario: PromoScenario | None, settings: PromoSettings) -> tuple[str, ...]:
    """The promotion's own legal text and the project's, each once."""
    own = (scenario.legal_text or "").strip() if scenario else ""
    return tuple(dict.fromkeys(text for text in (own, settings.legal_text) if text))


def brand_elements(settings: PromoSettings, departments: tuple[str, ...]) -> tuple[str, ...]:
    """What every brief of these departments must carry."""
    return tuple(
        str(rule.value).strip()
        for rule in settings.brand_rules
        if rule.kind == BrandRuleKind.BRIEF_ELEMENT
        and (not departments or any(rule.concerns(name) for name in departments))
    )


def _primary(scenario: PromoScenario, kpis: PromoKpis, currency: str) -> str:
    extra, before = float(kpis.deltas["sales_value"]), float(kpis.baseline["sales_value"])
    when = dates_of(scenario)
    if extra <= 0:
        return f"Promote {words_of(departments_of(scenario))} {when}"
    share = f" ({100 * extra / before:+.1f} %)" if before > 0 else ""
    return f"Sell {_money(extra, currency)} more than without a promotion{share} {when}"


def _secondary(kpis: PromoKpis, currency: str) -> Iterator[str]:
    yield f"Keep the margin at {kpis.totals['margin_pct']:.1f} % of sales or above"
    if kpis.deltas["ebit"] > 0:
        yield f"Earn {_money(float(kpis.deltas['ebit']), currency)} more EBIT"
    rows = [row for row in kpis.breakdown["by_channel"] if float(row["sales_value_delta"]) > 0]
    if len(rows) > 1:
        best = max(rows, key=lambda row: float(row["sales_value_delta"]))
        share = float(best["sales_value_delta"]) / sum(float(row["sales_value_delta"]) for row in rows)
        yield f"Bring {share:.0%} of the extra sales {PLACES.get(str(best['channel']), best['channel'])}"


def _money(value: float, currency: str) -> str:
    return Wording(currency=currency).money(value).strip()


def _audience(scenario: PromoScenario, settings: PromoSettings) -> str:
    wanted = segments_of(scenario)
    if wanted == (ALL_SEGMENTS,):
        return "All customers"
    known = {segment.segment_id: segment for segment in settings.known_segments}
    found = []
    for name in wanted:
        likes = _favourites(settings, name)
        title = known[name].name if name in known else name
        share = f", {known[name].revenue_share:.0%} of revenue" if name in known else ""
        found.append(f"{title}{share}{f', likes {words_of(likes)}' if likes else ''}")
    return "; ".join(found)


def _favourites(settings: PromoSettings, segment: str) -> tuple[str, ...]:
    table = settings.segments
    if table is None or "fav_categories" not in table:
        return ()
    rows = table.loc[table["segment_id"].astype(str) == segment, "fav_categories"]
    found = rows.iloc[0] if len(rows) else ()
    return tuple(found.split(";")) if isinstance(found, str) else tuple(map(str, found))


def offer_of(scenario: PromoScenario, department: str | None = None, channel: str | None = None) -> str:
    """The discount in words, of one department or all, in one sales channel or all: "20% off TV", "Up to 20%
    off TV and Audio"."""
    lines = [
        line
        for line in scenario.mechanics
        if line.discount_pct > 0 and department in (None, line.department) and channel in (None, line.channel)
    ]
    if not lines:
        return scenario.label
    depths = {line.discount_pct for line in lines}
    names = words_of(tuple(dict.fromkeys(line.department for line in lines)))
    return f"{'Up to ' if len(depths) > 1 else ''}{max(depths):g}% off {names}"


def _messages(scenario: PromoScenario) -> Iterator[str]:
    yield offer_of(scenario)
    when = dates_of(scenario)
    days = f"{scenario.days} day{'s' if scenario.days > 1 else ''} only, " if _is(scenario, "flash") else ""
    yield f"{days}{when}" if days else f"{when[0].upper()}{when[1:]}"
    yield f"Available {words_of(tuple(PLACES.get(name, name) for name in channels_of(scenario)))}"
    if _is(scenario, "coupon"):
        yield "With a coupon"
    if _is(scenario, "member_only"):
        yield "For members"


def channels_of(scenario: PromoScenario) -> tuple[str, ...]:
    """The sales channels with a discount, in the order of the lines."""
    return tuple(dict.fromkeys(line.channel for line in scenario.mechanics if line.discount_pct > 0))


def _assets(scenario: PromoScenario) -> Iterator[Asset]:
    focus, channels = departments_of(scenario, ONLINE), channels_of(scenario)
    call, when = CALLS.get(scenario.scenario_type, "Shop now"), dates_of(scenario)
    if ONLINE in channels:
        yield _asset(AssetType.HOMEPAGE_HERO, scenario, ONLINE, when, call)
        for name in focus[:3] if len(focus) > 1 else ():
            yield Asset(
                AssetType.CATEGORY_BANNER.value, offer_of(scenario, name, ONLINE), when, call, (name,)
            )
        kind = AssetType.APP_PUSH if _is(scenario, "flash") else AssetType.EMAIL
        yield _asset(kind, scenario, ONLINE, when, call)
    if OFFLINE in channels:
        yield _asset(AssetType.STORE_POSTER, scenario, OFFLINE, when, "Visit our stores")
        kind = AssetType.FLYER if _is(scenario, "coupon") else AssetType.SHELF_TAG
        yield _asset(kind, scenario, OFFLINE, when, "")


def _asset(kind: AssetType, scenario: PromoScenario, channel: str, when: str, call: str) -> Asset:
    """An asset of one sales channel promises what that one gives."""
    offer = f"{offer_of(scenario, channel=channel)}, {when}"
    return Asset(kind.value, scenario.label, offer, call, departments_of(scenario, channel))


def dates_of(scenario: PromoScenario) -> str:
    """The period in words: "from 1 to 7 May 2026"."""
    first, last = scenario.start, scenario.end
    if first == last:
        return f"on {first.day} {first:%B %Y}"
    begin = (
        f"{first.day}" if (first.year, first.month) == (last.year, last.month) else f"{first.day} {first:%B}"
    )
    begin += f" {first.year}" if first.year != last.year else ""
    return f"from {begin} to {last.day} {last:%B %Y}"


def words_of(names: tuple[str, ...]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _is(scenario: PromoScenario, kind: str) -> bool:
    return scenario.scenario_type.value == kind
