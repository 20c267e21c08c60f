"""A known model on newer data: the last posterior leads the new fit, and what changed is told."""

from __future__ import annotations

from typing import Any

import pandas as pd

from core.mmm.config import MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.training import fit


def refit(model: FittedMMM, frame: pd.DataFrame, config: MMMConfig | None = None, **effort: Any) -> FittedMMM:
    """The posterior on `frame` with the set-up of `model`, or another `config`; `effort` as for `fit`.

    The chains start from the earlier posterior and tune for at most `Effort.warm_tune` steps; the answer is
    that of a fit from scratch. `diagnostics["stability"]` tells what moved (`core.mmm.results.stability`).
    """
    return fit(frame, config or model.config, warm=model, **effort)
