from dataclasses import replace

from core.mmm.planning.answers import Binding, LimitKind
from core.mmm.planning.in_force import limits_in_force
from core.mmm.planning.limit_values import ChannelLimit
from tests.core.mmm.plan_examples import WORDING, budget_answer, inputs


def test_the_price_of_a_cap_per_week_is_not_that_of_the_channels_whole():
    capped = replace(inputs().limits[0], period_maximum_value=9_000.0)
    asked = replace(inputs(), limits=(capped, *inputs().limits[1:]))
    weekly = Binding("tv_S", "maximum", False, 9_000.0, 0.3, kind=LimitKind.PERIOD)
    answer = replace(budget_answer(), bindings=(*budget_answer().bindings, weekly))
    rows = [row for row in limits_in_force(asked, answer, WORDING) if row.name == "Television"]
    assert isinstance(capped, ChannelLimit)
    assert [(row.note, row.price) for row in rows] == [("", 0.5), ("in any one week", 0.3)]
