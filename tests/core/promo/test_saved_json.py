"""What was saved of promotions before still reads, and is written under the same keys and values."""

import json
from pathlib import Path

import pytest

from core.json_values import from_json, to_json
from core.promo.brief import CreativeBrief
from core.promo.opportunities.values import Opportunity
from core.promo.post_mortem import PostMortem
from core.promo.scenarios.kpis import PromoKpis
from core.promo.scenarios.scenario import PromoScenario
from core.promo.scenarios.settings import PromoSettings
from core.promo.scenarios.verdict import FixKind, Verdict

SAVED = json.loads(Path(__file__).with_name("saved_values.json").read_text("utf-8"))
KINDS = {
    "scenario": PromoScenario,
    "kpis": PromoKpis,
    "verdict": Verdict,
    "settings": PromoSettings,
    "opportunity": Opportunity,
    "post_mortem": PostMortem,
}


@pytest.mark.parametrize("name", KINDS)
def test_saved_values_read_and_are_written_as_they_were(name):
    assert to_json(from_json(KINDS[name], SAVED[name])) == SAVED[name]


def test_a_saved_brief_reads_and_is_written_as_it_was():
    brief = CreativeBrief.from_json(SAVED["brief"], SAVED["assets"])
    assert (brief.brief_json(), brief.assets_json()) == (SAVED["brief"], SAVED["assets"])


def test_a_saved_verdict_still_drops_lines_and_ends_earlier():
    verdict = from_json(Verdict, SAVED["verdict"])
    first, second, third = (issue.fix for issue in verdict.issues)
    assert [line.discount_pct for line in first.lines] == [None, 12.5]
    assert (second.kind, f"{second.end}", third) == (FixKind.SHORTEN, "2026-03-04", None)
