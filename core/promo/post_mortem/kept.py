"""A post-mortem as it is kept."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from core.promo.post_mortem.values import PostMortem


@dataclass(frozen=True)
class SavedPostMortem:
    """A post-mortem of a promotion. `learned_version` is the model's version that learnt from it, if any;
    `forecast_kpi_id` the figures it was held against, None once these were removed (the report has a copy).
    """

    id: uuid.UUID
    promo_id: uuid.UUID
    label: str
    report: PostMortem
    learned_version: str | None
    forecast_kpi_id: uuid.UUID | None
    created_by: str
    created_at: dt.datetime
