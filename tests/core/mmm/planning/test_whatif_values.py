"""Inputs of a spend scenario: refused where they mean nothing, JSON both ways."""

import json

import pytest

from core.errors import UserError
from core.mmm.planning.whatif_values import WhatIfInputs


def test_what_if_inputs_survive_json_unchanged():
    whatif = WhatIfInputs(26, {"tv_S": 120.0, "search_S": 0.0})
    assert WhatIfInputs.from_json(json.loads(json.dumps(whatif.to_json()))) == whatif


def test_a_percentage_below_zero_is_refused():
    with pytest.raises(UserError, match="tv_S"):
        WhatIfInputs(13, {"tv_S": -1.0})
