"""Estimating promotion effects in the job's own process: the only place where the sampler is loaded."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from core import artifacts
from core.json_values import tolerant_json
from core.promo.store import models as fits
from core.promo.store.files import sales_of
from core.promo.store.models import EstimatedModel
from core.queue.job import Attempt, Progress, Stopped
from core.queue.reporter import Reporter
from core.queue.retry import in_transaction
from core.queue.store.jobs import complete_job
from core.queue.store.state import stop

if TYPE_CHECKING:
    import pandas as pd

    from core.promo.model_files import PromoModel

SEED = 1


def estimate(attempt: Attempt, reporter: Reporter) -> None:
    """Fits baseline and uplift to the present facts and stores them as the next version."""
    _report(reporter, "reading", 0)

    def read(s: Session) -> tuple[str | None, str, int, pd.DataFrame, dict[str, str | int]]:
        reason, known = (
            fits.reason_not_to_estimate(s, attempt.project_id),
            fits.latest_facts_key(s, attempt.project_id),
        )
        facts_key, version = fits.facts_to_estimate_from(s, attempt.project_id)
        if not attempt.details.get("asked") and known == facts_key:
            reason = f"The facts are those that version {version - 1} was learned from."
        sales, span = sales_of(s, attempt.project_id), fits.span_of(s, attempt.project_id)
        return reason, facts_key, version, sales, span

    reason, facts_key, version, sales, span = in_transaction(read)
    if reason is not None:
        reporter.close()
        nothing = {"version": None, "not_learned": reason}
        in_transaction(lambda s: complete_job(s, attempt, nothing, message=reason))
        return
    model = _fit(attempt, reporter, sales, version)
    _store(attempt, reporter, model, facts_key, span)


def _report(reporter: Reporter, stage: str, records: int) -> None:
    if not reporter.note(Progress(stage, records=records)):
        raise Stopped


def _fit(attempt: Attempt, reporter: Reporter, sales: pd.DataFrame, version: int) -> PromoModel:
    from core.promo.baseline import Baseline
    from core.promo.model_files import PromoModel
    from core.promo.uplift import fit_uplift

    _report(reporter, "baseline", len(sales))
    baseline = Baseline.fit(sales, method=str(attempt.details.get("method", fits.AUTO)))
    _report(reporter, "uplift", len(sales))
    uplift = fit_uplift(sales, baseline, seed=SEED, version=str(version))
    return PromoModel(str(version), baseline, uplift)


def _store(
    attempt: Attempt, reporter: Reporter, model: PromoModel, facts_key: str, span: dict[str, str | int]
) -> None:
    """The files first, then the version that names them; files of a job stopped meanwhile are removed."""
    _report(reporter, "saving", int(span["rows"]))
    with tempfile.TemporaryDirectory(prefix="mixwright-promo-") as folder:
        model.save(Path(folder))
        name = f"{model.version}-{attempt.number}-{secrets.token_hex(4)}"
        path, checksum = artifacts.save_folder(Path(folder), f"projects/{attempt.project_id}/promo/{name}")
    reporter.close()
    estimated = EstimatedModel(
        version=int(model.version),
        method=model.baseline.method.value,
        seed=SEED,
        facts_key=facts_key,
        summary=tolerant_json({**summary_of(model), "facts": span, "seconds": reporter.seconds}),
        coefficients=tuple(tolerant_json(row) for row in model.uplift.table.to_dict("records")),
        artifacts_path=path,
        artifacts_checksum=checksum,
        note=str(attempt.details.get("note", "")),
    )

    def write(s: Session) -> bool:
        if not fits.save_model(s, attempt, estimated):
            stop(s, attempt)
            return False
        warnings = list(estimated.summary["warnings"])
        result = {"version": estimated.version, "method": estimated.method, "warnings": warnings}
        return complete_job(s, attempt, result, records=int(estimated.summary["facts"]["rows"]))

    if not in_transaction(write):
        artifacts.remove(path)


def summary_of(model: PromoModel) -> dict[str, Any]:
    """Backtest, notes and warnings of the fit, dip, cannibalisation, convergence, what each cell taught."""
    from core.promo.effects import cannibalisation_table, dip_table

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
