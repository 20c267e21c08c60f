"""Saved promotions of the made shop: one that has happened, one that is still to come."""

from __future__ import annotations

import uuid
from dataclasses import replace

from core.access import Person
from core.database import session
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.scenarios.validate import validate
from core.promo.store import scenarios
from tests.core.promo.made import made_baseline, made_settings, made_uplift

# The made shop's last promotion of TV.
PAST = ("2024-01-31", "2024-02-04")
COMING = ("2024-03-04", "2024-03-10")


def keep_promo(
    owner: Person, project_id: int, dates: tuple[str, str] = PAST, label: str = "TV days"
) -> uuid.UUID:
    """A saved promotion of TV at 25 % with figures and verdict."""
    lines = [Mechanic("TV", channel, 25.0) for channel in ("online", "offline")]
    scenario = PromoScenario(label, *dates, "flash", lines)
    uplift = replace(made_uplift(), version="1")
    kpis = evaluate(scenario, made_baseline(), uplift, made_settings())
    with session() as s:
        verdict = validate(scenario, kpis, made_settings())
        return scenarios.save_promo(s, owner, project_id, scenario, kpis, verdict, model_version="1").id
