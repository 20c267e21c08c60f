"""What is written down of a learned model, so that lists and cards need not load it."""

from __future__ import annotations

from typing import Any

from core.promo.effects import cannibalisation_table, dip_table
from core.promo.model_files import PromoModel


def summary_of(model: PromoModel) -> dict[str, Any]:
    """Backtest, notes and warnings of the fit, dip, cannibalisation, convergence, what each cell taught."""
    uplift, found = model.uplift, model.uplift.regression
    return {
        "backtest": model.baseline.backtest,
        "method": model.baseline.method.value,
        "notes": list(model.baseline.notes),
        "warnings": list(uplift.warnings),
        "dip": dip_table(found),
        "cannibalisation": cannibalisation_table(found),
        "convergence": {
            "max_rhat": uplift.curves.max_rhat,
            "divergences": uplift.curves.divergences,
            "converged": uplift.converged,
        },
        "cells": [_cell(model, place) for place in range(len(uplift.days.cells))],
    }


def _cell(model: PromoModel, place: int) -> dict[str, Any]:
    cell, events = model.uplift.days.cells[place], model.uplift.events_of(place)
    return {
        "department": cell.department,
        "channel": cell.channel,
        "geo": cell.geo,
        "promotions": len(events),
        "promo_days": sum(event.stop - event.start for event in events),
        "pooled": not events,
    }
