from dataclasses import replace
from io import BytesIO

import pytest
from docx import Document

from core.promo.brief import Asset, BriefHead, generate_brief, missing_elements
from core.promo.brief.documents import brief_docx, brief_pdf
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.scenarios.settings import BrandRule
from tests.core.mmm.documents.test_pdf import drawn_text
from tests.core.promo.made import made_settings
from tests.core.promo.post_mortem.outcomes import kpis, scenario

RULES = made_settings(
    brand_rules=(
        BrandRule("brief_element", "Logo top left"), BrandRule("forbidden_word", "cheap"),
        BrandRule("brief_element", "Games seal", ("Gaming",)),
    )
)  # fmt: skip
BRIEF = generate_brief(scenario(), kpis(), RULES, "EUR")
HEAD = BriefHead.of(scenario(), "Retail & Söhne")


def test_objectives_come_from_the_figures():
    extra = kpis().deltas["sales_value"] / kpis().baseline["sales_value"]
    assert BRIEF.primary.startswith("Sell €")
    assert f"({100 * extra:+.1f} %)" in BRIEF.primary
    assert f"{kpis().totals['margin_pct']:.1f} %" in BRIEF.secondary[0]


def test_a_brief_of_the_scenario_lacks_nothing_and_claims_nothing_else():
    assert missing_elements(BRIEF, RULES, scenario()) == ()
    assert BRIEF.brand == ("Logo top left",)
    assert BRIEF.key_messages[:2] == ("20% off TV", "From 4 to 10 March 2024")
    assert {asset.type for asset in BRIEF.assets} == {"homepage_hero", "email", "store_poster", "shelf_tag"}


@pytest.mark.parametrize(
    ("kind", "words"),
    [("flash", "7 days only"), ("coupon", "With a coupon"), ("member_only", "For members")],
)
def test_the_type_of_a_scenario_shapes_messages(kind: str, words: str):
    found = generate_brief(replace(scenario(), scenario_type=kind), kpis(), RULES, "EUR")
    assert any(words in line for line in found.key_messages)
    assert missing_elements(found, RULES, scenario()) == ()


def test_the_audience_is_that_of_the_lines_segments():
    lines = (Mechanic("TV", "online", 20.0, ("LOYAL", "LAPSED")),)
    found = generate_brief(PromoScenario("x", "2024-03-04", "2024-03-04", "flash", lines), kpis(), RULES)
    assert found.segments == ("LOYAL", "LAPSED")
    assert found.demographics == "Loyal, 40% of revenue, likes TV; Lapsed, 15% of revenue, likes TV"
    assert "on 4 March 2024" in found.key_messages[1]


def test_every_missing_forbidden_or_invented_thing_is_named():
    worse = replace(
        BRIEF, legal=("Other",), brand=(), assets=(Asset("email", "Cheap TV, 50 % off", "20% off"),)
    )
    assert missing_elements(worse, RULES, scenario()) == (
        "The legal text “While stocks last.” is missing.",
        "The brand element “Logo top left” is missing.",
        "The word “cheap” must not appear.",
        "The brief says 50 %, a discount that the promotion does not give.",
    )
    nowhere = missing_elements(replace(BRIEF, legal=()), made_settings(legal_text=""))
    assert nowhere[0].startswith("The legal text is missing: write it")


def test_the_pdf_holds_every_text_as_text():
    odd = replace(BRIEF, key_messages=("<b>5 < 6 and more</b>", "x" * 500), assets=BRIEF.assets * 5)
    text = drawn_text(brief_pdf(odd, HEAD)).replace(" ", "")
    for words in ("TV week", "Retail & S", "<b>5 < 6 and more</b>", "While stocks last.", "Shop now"):
        assert words.replace(" ", "") in text
    assert b"DejaVuSans" in brief_pdf(replace(BRIEF, tone="Добро"), HEAD)


def test_the_word_file_opens_with_headings_and_a_table_for_each_asset():
    odd = replace(BRIEF, key_messages=("<b>5 < 6 & más</b>", "bell\x07"))
    document = Document(BytesIO(brief_docx(odd, HEAD)))
    headings = [part.text for part in document.paragraphs if part.style.name.startswith("Heading 1")]
    text = "\n".join(part.text for part in document.paragraphs)
    assert headings[:2] == ["Objective", "Also"]
    assert "Mandatory: legal" in headings
    assert "<b>5 < 6 & más</b>" in text
    assert "bell" in text
    assert len(document.tables) == len(BRIEF.assets)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert all(asset.headline in cells for asset in BRIEF.assets)
