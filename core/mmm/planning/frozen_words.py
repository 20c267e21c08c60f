"""What is said of a plan that is kept: who froze it, who noted what."""

from __future__ import annotations

import datetime as dt

from core.mmm.planning.scenario_info import ScenarioInfo


def frozen_words(info: ScenarioInfo) -> str:
    """'Frozen on 21 Nov 2026 by Olga'; empty for a plan that is not."""
    if info.frozen_at is None:
        return ""
    by = f" by {info.frozen_by}" if info.frozen_by else ""
    return f"Frozen on {_day(info.frozen_at)}{by}"


def note_words(info: ScenarioInfo) -> str:
    """'Note by Paul, 21 Nov 2026'; empty where there is none."""
    if not info.note or info.note_at is None:
        return ""
    return f"Note by {info.note_by or 'somebody'}, {_day(info.note_at)}"


def _day(at: dt.datetime) -> str:
    return f"{at.day} {at:%b %Y}"
