"""After the promotion: what it brought against its forecast, what it cost, and what to change next time."""

from core.promo.review.values import (
    FIGURES,
    Cannibalisation,
    DayRow,
    PartResult,
    PostMortem,
    PostPromoDip,
)

__all__ = ["FIGURES", "Cannibalisation", "DayRow", "PartResult", "PostMortem", "PostPromoDip"]
