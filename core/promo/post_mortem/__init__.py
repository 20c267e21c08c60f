"""After the promotion: what it brought against its forecast, what it cost, and what to change next time."""

from core.promo.post_mortem.learning import LineChange, ReEstimate, next_forecast
from core.promo.post_mortem.run import post_mortem
from core.promo.post_mortem.values import (
    FIGURES,
    Cannibalisation,
    DayRow,
    PartResult,
    PostMortem,
    PostPromoDip,
)

__all__ = [
    "FIGURES",
    "Cannibalisation",
    "DayRow",
    "LineChange",
    "PartResult",
    "PostMortem",
    "PostPromoDip",
    "ReEstimate",
    "next_forecast",
    "post_mortem",
]
