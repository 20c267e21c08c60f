"""One slice: fit on the past, forecast what follows, and hold it against what happened."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.mmm.config import MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.panel.panel import Panel, read_panel
from core.mmm.panel.reading import read_dates
from core.mmm.results.channel_summary import interval
from core.mmm.sampling.nuts import Progress
from core.mmm.training import fit
from core.mmm.validation.folds import Fold, config_of_past, without_holdout
from core.mmm.validation.result import FoldResult
from core.mmm.validation.scores import LEVEL, naive_forecast, score

Floats = NDArray[np.float64]
DRAWS, DRAWS_A_CHAIN = 1000, 500


def validate_slice(
    frame: pd.DataFrame,
    config: MMMConfig,
    part: Fold,
    progress: Progress | None = None,
    **effort: Any,
) -> FoldResult:
    """What a model fitted on the rows of `frame` up to the slice's cutoff forecasts for the rows after it.

    The fit sees no later row, so every constant comes from the past; the forecast sees media, controls and
    events of the later rows and carries earlier media over. `progress` and `effort` (draws, 500 unless told,
    tune, chains, seed) are those of `fit`, as is what it raises.
    """
    panel = read_panel(frame, without_holdout(config))
    last, end = pd.Timestamp(part.last_on), pd.Timestamp(part.end_on)
    then, left_out = config_of_past(config, panel, last)
    dates = read_dates(frame[config.date_column])
    past, future = frame[(dates <= last).to_numpy()], frame[((dates > last) & (dates <= end)).to_numpy()]
    model = fit(past, then, progress=progress, **{"draws": DRAWS_A_CHAIN, **effort})
    forecast = model.predict(future, draws=DRAWS).transpose("draw", "geo", "date").values
    return _held_against(model, forecast, panel, part, left_out)


def _held_against(
    model: FittedMMM, forecast: Floats, panel: Panel, part: Fold, left_out: tuple[str, ...]
) -> FoldResult:
    cut = len(model.dates)
    order = [panel.geos.index(geo) for geo in model.geos]
    kpi = panel.kpi[order]
    actual = kpi[:, cut : cut + part.periods]
    kind, naive = naive_forecast(kpi[:, :cut], part.periods, panel.frequency)
    found = model.diagnostics
    return FoldResult(
        slice=part,
        scores=score(actual, forecast),
        naive_scores=score(actual, naive),
        naive=kind,
        converged=bool(found["converged"]),
        max_rhat=float(found["max_rhat"]),
        divergences=int(found["divergences"]),
        seconds=float(found["seconds"]),
        path=_path(panel.dates[cut : cut + part.periods], actual, forecast, naive),
        channels=_channels(model, part),
        left_out=left_out,
    )


def _path(
    dates: pd.DatetimeIndex, actual: Floats, forecast: Floats, naive: Floats
) -> tuple[dict[str, Any], ...]:
    mean, lower, upper = interval(forecast.sum(axis=1), LEVEL)
    rows = zip(dates, actual.sum(axis=0), mean, lower, upper, naive.mean(axis=0).sum(axis=0), strict=True)
    return tuple(
        {"date": day.date().isoformat()}
        | dict(zip(("actual", "forecast", "lower", "upper", "naive"), map(float, values), strict=True))
        for day, *values in rows
    )


def _channels(model: FittedMMM, part: Fold) -> tuple[dict[str, Any], ...]:
    """Shares and returns over the periods all slices know, so that only what was learned can differ."""
    summary = model.channel_summary(LEVEL, str(part.common_start_on), str(part.common_end_on))
    table = summary if "channel" in summary.columns else summary.rename_axis("channel").reset_index()
    rows = []
    for row in table.to_dict("records"):
        scale = row["share"] / row["contribution"] if row["contribution"] else 0.0
        figures = {"share": row["share"]}
        figures |= {f"share_{side}": row[f"contribution_{side}"] * scale for side in ("lower", "upper")}
        figures |= {name: row[name] for name in ("roas", "roas_lower", "roas_upper")}
        plain = {name: float(value) if math.isfinite(value) else None for name, value in figures.items()}
        rows.append({"channel": str(row["channel"])} | plain)
    return tuple(rows)
