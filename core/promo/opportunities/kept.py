"""An opportunity as it is kept: what was found, and whether somebody waved it aside."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from core.promo.opportunities.values import Opportunity


@dataclass(frozen=True)
class SavedOpportunity:
    """`opportunity` as it was found last; `planned` how many living promotions began with it."""

    id: uuid.UUID
    project_id: int
    opportunity: Opportunity
    dismissed: bool
    planned: int
    created_at: dt.datetime
