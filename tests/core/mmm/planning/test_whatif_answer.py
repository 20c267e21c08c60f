"""Answers of spend scenarios: kept as JSON without loss."""

import json

from core.mmm.planning.whatif_answer import WhatIfAnswer
from tests.core.mmm.plan_examples import whatif_answer


def test_a_what_if_answer_survives_json_unchanged():
    answer = whatif_answer()
    assert WhatIfAnswer.from_json(json.loads(json.dumps(answer.to_json()))) == answer
