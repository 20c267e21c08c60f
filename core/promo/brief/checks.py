"""What a brief still lacks, and what it says that the promotion does not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.promo.brief.generation import brand_elements, departments_of, legal_of
from core.promo.brief.values import CreativeBrief
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import BrandRuleKind, PromoSettings

PERCENT = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")


def missing_elements(
    brief: CreativeBrief, settings: PromoSettings, scenario: PromoScenario | None = None
) -> tuple[str, ...]:
    """Sentences, one for each mandatory element that is missing, forbidden word, or discount that the
    promotion does not give; empty where the brief may go out."""
    return (*_legal(brief, settings, scenario), *_brand(brief, settings, scenario), *_claims(brief, scenario))


def _legal(brief: CreativeBrief, settings: PromoSettings, scenario: PromoScenario | None) -> Iterator[str]:
    wanted = legal_of(scenario, settings)
    if not wanted and not brief.legal:
        yield "The legal text is missing: write it in the promotion or in the project's rules."
    for text in wanted:
        if not any(_same(text, line) for line in brief.legal):
            yield f"The legal text “{_short(text)}” is missing."


def _brand(brief: CreativeBrief, settings: PromoSettings, scenario: PromoScenario | None) -> Iterator[str]:
    departments = departments_of(scenario) if scenario else ()
    for element in brand_elements(settings, departments):
        if not any(_same(element, line) for line in brief.brand):
            yield f"The brand element “{_short(element)}” is missing."
    words = [
        str(rule.value).strip() for rule in settings.brand_rules if rule.kind == BrandRuleKind.FORBIDDEN_WORD
    ]
    for word in words:
        if any(re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) for text in said_in(brief)):
            yield f"The word “{_short(word)}” must not appear."


def _claims(brief: CreativeBrief, scenario: PromoScenario | None) -> Iterator[str]:
    if scenario is None:
        return
    given = {round(line.discount_pct, 2) for line in scenario.mechanics}
    claimed = {
        number for text in said_in(brief) for number in PERCENT.findall(text)
    }  # fmt: skip
    for number in sorted(claimed):
        if round(float(number.replace(",", ".")), 2) not in given:
            yield f"The brief says {number} %, a discount that the promotion does not give."


def said_in(brief: CreativeBrief) -> tuple[str, ...]:
    """Every text that customers would read."""
    assets = (text for asset in brief.assets for text in (asset.headline, asset.subheadline, asset.cta))
    return (*brief.key_messages, *assets)


def _same(text: str, line: str) -> bool:
    return " ".join(text.split()).casefold() in " ".join(line.split()).casefold()


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
