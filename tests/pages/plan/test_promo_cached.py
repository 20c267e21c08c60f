"""What is computed once for everybody is computed again when what it stands on changes."""

from __future__ import annotations

import pandas as pd
import pytest

from core.access import Person
from core.database import session
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.store import models, reference
from pages.plan.shared_promo.context import PromoContext, Wording, best_deal, frontier_points, promo_model
from tests.core.promo.made import made_segments
from tests.pages.plan.learned import keep_learned

SCENARIO = PromoScenario(
    "Loyal", "2024-03-04", "2024-03-10", "balanced", [Mechanic("TV", "online", 10.0, ("LOYAL",))]
)


def ground_with(owner: Person, project_id: int, segments: pd.DataFrame) -> PromoContext:
    with session() as s:
        reference.save_segments(s, owner, project_id, segments)
        info = models.promo_models(s, owner, project_id)[0]
        settings = reference.promo_settings(s, owner, project_id)
    return PromoContext(info, promo_model(info), settings, Wording(currency="EUR"))


def test_other_shares_of_the_segments_give_other_best_discounts_and_another_frontier(
    owner: Person, project_id: int
) -> None:
    keep_learned(owner, project_id)
    few = made_segments()
    few.loc[few["segment_id"] == "LOYAL", "share_of_revenue"] /= 2
    grounds = [ground_with(owner, project_id, table) for table in (made_segments(), few)]
    caps = {"TV": 20.0}
    before, after = (best_deal(context, SCENARIO, "sales", 0.0, caps) for context in grounds)
    assert after.kpis.deltas["sales_value"] == pytest.approx(before.kpis.deltas["sales_value"] / 2, rel=0.3)
    first, second = (frontier_points(context, SCENARIO, caps) for context in grounds)
    assert first != second
