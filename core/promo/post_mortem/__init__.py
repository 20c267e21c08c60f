"""After the promotion: what it brought against its forecast, what it cost, and what to change next time."""

from core.promo.post_mortem.re_estimate import ReEstimate, re_estimate
from core.promo.post_mortem.report import post_mortem
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
    "PartResult",
    "PostMortem",
    "PostPromoDip",
    "ReEstimate",
    "post_mortem",
    "re_estimate",
]
