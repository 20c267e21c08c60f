"""Every chart of a mix model: tidy frames in, plotly figures out; uncertainty is always drawn."""

from core.charts.base import alt_text, rows_height
from core.mmm.charts.channels import (
    contribution,
    geo_returns,
    roas,
    shares,
    spend_and_effect,
    waterfall,
)
from core.mmm.charts.curves import carry_over, contraction, response_curves
from core.mmm.charts.fit import (
    actual_and_fitted,
    contribution_over_time,
    media_over_time,
    residuals,
    spend_over_time,
)
from core.mmm.charts.frequency import frequency_curve

__all__ = [
    "actual_and_fitted",
    "alt_text",
    "carry_over",
    "contraction",
    "contribution",
    "contribution_over_time",
    "frequency_curve",
    "geo_returns",
    "media_over_time",
    "residuals",
    "response_curves",
    "roas",
    "rows_height",
    "shares",
    "spend_and_effect",
    "spend_over_time",
    "waterfall",
]
