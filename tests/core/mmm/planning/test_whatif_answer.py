"""Answers of spend scenarios: kept as JSON without loss."""

import json

from core.json_values import from_json, to_json
from core.mmm.planning.whatif_answer import WhatIfAnswer
from tests.core.mmm.plan_examples import whatif_answer


def test_a_what_if_answer_survives_json_unchanged():
    answer = whatif_answer()
    assert from_json(WhatIfAnswer, json.loads(json.dumps(to_json(answer)))) == answer
