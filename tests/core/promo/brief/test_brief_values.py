import json

import pytest

from core.errors import UserError
from core.promo.brief import Asset, CreativeBrief

BRIEF = CreativeBrief(
    primary="Close October sales gap",
    secondary=("Maintain margin",),
    segments=("LOYAL_HIGH_VALUE",),
    demographics="25-45, tech-savvy",
    key_messages=("Exclusive member pricing", " "),
    tone="energetic",
    legal=("Terms and conditions apply",),
    brand=("Logo",),
    assets=(Asset("homepage_hero", "TV & Gaming Sale", "Up to 20% off", "Shop now", ("TV", "Gaming")),),
)


def test_a_brief_has_the_keys_of_the_schema_and_survives_json():
    brief, assets = json.loads(json.dumps([BRIEF.brief_json(), BRIEF.assets_json()]))
    assert set(brief) == {"objectives", "target_audience", "key_messages", "tone", "mandatory_elements"}
    assert brief["mandatory_elements"] == {"legal": ["Terms and conditions apply"], "brand": ["Logo"]}
    assert assets[0]["product_focus"] == ["TV", "Gaming"]
    assert CreativeBrief.from_json(brief, assets) == BRIEF


def test_blank_lines_are_no_messages():
    assert BRIEF.key_messages == ("Exclusive member pricing",)


def test_what_is_missing_or_too_long_is_refused_all_at_once():
    with pytest.raises(UserError) as caught:
        CreativeBrief(primary=" ", key_messages=("x" * 601,))
    assert len(caught.value.faults) == 2
    with pytest.raises(UserError, match="Homepage hero needs a headline"):
        Asset("homepage_hero", "")
