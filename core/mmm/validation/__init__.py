"""Rolling time-slice validation: how well a set-up forecasts periods it has not seen, again and again.

Each slice fits on the past up to a cutoff and forecasts what follows, knowing the media and controls of those
periods but not the KPI. Nothing here knows a database; `core.mmm.store.validations` keeps the results.
"""

from core.mmm.validation.folds import Fold, time_slices
from core.mmm.validation.forecast import validate_slice
from core.mmm.validation.result import FoldResult
from core.mmm.validation.scores import Naive, Scores
from core.mmm.validation.summary import Summary, summarise

__all__ = [
    "Fold",
    "FoldResult",
    "Naive",
    "Scores",
    "Summary",
    "summarise",
    "time_slices",
    "validate_slice",
]
