"""Learning from the facts in the job's own process: the only place where the sampler is loaded."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from core import artifacts
from core.database import session
from core.mmm.job_results import plain
from core.promo.store import models as fitting
from core.promo.store.files import sales_of
from core.promo.store.models import EstimatedModel
from core.queue.attempt import Progress, Stopped
from core.queue.job import Errand
from core.queue.reporter import Reporter
from core.queue.retry import with_retries
from core.queue.store import processing

if TYPE_CHECKING:
    import pandas as pd

    from core.promo.model_files import PromoModel

SEED = 1


def estimate(errand: Errand, reporter: Reporter) -> None:
    """Fits baseline and uplift to the present facts and keeps them as the next version."""
    _tell(reporter, "reading", 0)
    with session() as s:
        reason = fitting.reason_not_to_estimate(s, errand.project_id)
        known = fitting.latest_facts_key(s, errand.project_id)
        facts_key, version = fitting.facts_to_estimate_from(s, errand.project_id)
        sales, span = sales_of(s, errand.project_id), fitting.span_of(s, errand.project_id)
    if not errand.details.get("asked") and known == facts_key:
        reason = f"The facts are those that version {version - 1} was learned from."
    if reason is not None:
        reporter.close()
        with_retries(lambda: _nothing_learned(errand, reason))
        return
    model = _fit(errand, reporter, sales, version)
    _keep(errand, reporter, model, facts_key, span)


def _tell(reporter: Reporter, stage: str, records: int) -> None:
    if not reporter.note(Progress(stage, records=records)):
        raise Stopped


def _fit(errand: Errand, reporter: Reporter, sales: pd.DataFrame, version: int) -> PromoModel:
    from core.promo.baseline import Baseline
    from core.promo.model_files import PromoModel
    from core.promo.uplift import fit_uplift

    _tell(reporter, "baseline", len(sales))
    baseline = Baseline.fit(sales, method=str(errand.details.get("method", fitting.AUTO)))
    _tell(reporter, "uplift", len(sales))
    uplift = fit_uplift(sales, baseline, seed=SEED, version=str(version))
    return PromoModel(str(version), baseline, uplift)


def _keep(
    errand: Errand, reporter: Reporter, model: PromoModel, facts_key: str, span: dict[str, str | int]
) -> None:
    """The files first, then the version that names them; files of a job stopped meanwhile are removed."""
    from core.promo.ingest.job_summary import summary_of

    _tell(reporter, "saving", int(span["rows"]))
    with tempfile.TemporaryDirectory(prefix="mixwright-promo-") as folder:
        model.save(Path(folder))
        key = f"projects/{errand.project_id}/promo/{model.version}-{errand.attempt}-{secrets.token_hex(4)}"
        path, checksum = artifacts.save_folder(Path(folder), key)
    reporter.close()
    summary = plain({**summary_of(model), "facts": span, "seconds": reporter.seconds})
    learned = EstimatedModel(
        version=int(model.version),
        method=model.baseline.method.value,
        seed=SEED,
        facts_key=facts_key,
        summary=summary,
        coefficients=tuple(plain(row) for row in model.uplift.table.to_dict("records")),
        artifacts_path=path,
        artifacts_checksum=checksum,
        note=str(errand.details.get("note", "")),
    )
    if not with_retries(lambda: _written(errand, learned)):
        artifacts.remove(path)


def _written(errand: Errand, learned: EstimatedModel) -> bool:
    with session() as s:
        kept = fitting.save_model(s, errand, learned)
        if not kept:
            processing.stop(s, errand)
            return False
        warnings = list(learned.summary["warnings"])
        result = {"version": learned.version, "method": learned.method, "warnings": warnings}
        return processing.complete(s, errand, result, records=int(learned.summary["facts"]["rows"]))


def _nothing_learned(errand: Errand, reason: str) -> None:
    with session() as s:
        processing.complete(s, errand, {"version": None, "not_learned": reason}, message=reason)
