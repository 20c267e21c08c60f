import datetime as dt
import json
import subprocess
import sys

import pandas as pd
import pytest

from core.errors import UserError
from core.json_values import from_json, to_json
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.scenarios.settings import BrandRule, PromoSettings
from core.promo.scenarios.verdict import Fix, FixKind, Issue, LineFix, Verdict


def scenario(**other):
    given = {"label": "Autumn", "start": "2024-10-01", "end": "2024-10-07", "scenario_type": "balanced"}
    return PromoScenario(**given | {"mechanics": [Mechanic("TV", "online", 20)]} | other)


def test_dates_come_as_words_dates_or_timestamps():
    for start in ("2024-10-01", dt.date(2024, 10, 1), pd.Timestamp("2024-10-01 08:00")):
        assert scenario(start=start).start == dt.date(2024, 10, 1)
    assert scenario().days == 7


def test_every_fault_of_a_scenario_is_said_at_once():
    with pytest.raises(UserError) as caught:
        scenario(label=" ", start="2024-10-09", scenario_type="mega", mechanics=[])
    assert len(caught.value.faults) == 4
    text = str(caught.value)
    assert "ends on 2024-10-07, before it starts on 2024-10-09" in text and "'mega'" in text


@pytest.mark.parametrize("discount", [-1, 95.5, float("nan"), "ten", None, True])
def test_discounts_outside_0_to_95_are_refused(discount):
    with pytest.raises(UserError, match="TV, online: a discount lies between 0 and 95 %"):
        Mechanic("TV", "online", discount)


def test_two_lines_for_the_same_customers_are_refused():
    same = [Mechanic("TV", "online", 10), Mechanic("TV", "online", 20, ["LOYAL"])]
    with pytest.raises(UserError, match="TV, online: two lines"):
        scenario(mechanics=same)
    apart = [Mechanic("TV", "online", 10, ["NEW"]), Mechanic("TV", "online", 20, ["LOYAL"])]
    assert len(scenario(mechanics=apart).mechanics) == 2


def test_a_scenario_survives_json():
    first = scenario(mechanics=[Mechanic("TV", "online", 20, ["LOYAL", "NEW"], "main hero")], legal_text="T")
    assert from_json(PromoScenario, json.loads(json.dumps(to_json(first)))) == first


def test_settings_survive_json_and_say_every_fault():
    first = PromoSettings(
        discount_caps={"TV": 15}, brand_rules=[BrandRule("forbidden_word", "cheap")], margin_floor_pct=18
    )
    assert from_json(PromoSettings, json.loads(json.dumps(to_json(first)))) == first
    assert (first.cap_pct("TV"), first.cap_pct("Audio")) == (15, 25)
    assert first.floor_pct(22) == 18
    assert PromoSettings().floor_pct(22) == 14
    twice = pd.DataFrame({"segment_id": ["A", "A"], "share_of_revenue": [0.8, 0.4]})
    with pytest.raises(UserError) as caught:
        PromoSettings(segments=twice, cost_to_serve_share=2, discount_caps={"TV": 200})
    assert len(caught.value.faults) == 4


def test_a_verdict_survives_json():
    fix = Fix(FixKind.DISCOUNTS, (LineFix("TV", "online", None),))
    first = Verdict("BLOCK", 60, (Issue("discount_limit", "critical", "Too deep.", "Drop it.", "TV", fix),))
    again = from_json(Verdict, json.loads(json.dumps(to_json(first))))
    assert again == first and again.issues[0].severity.blocks


def test_importing_the_promotions_loads_no_sampler():
    code = "import sys, core.promo; print([m for m in ('pymc', 'nutpie', 'pytensor') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
