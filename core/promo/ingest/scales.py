"""Whether a column of percentages is written as shares of 1 or in percent, and what speaks against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.problems import DataProblem, Severity
from core.promo.ingest.cells import Floats
from core.promo.ingest.dating import Place
from core.promo.ingest.lines import Batch

LOW_MARGIN_SHARE = 0.05  # of margins in percent that may lie below 1 % before shares are suspected among them


@dataclass
class Scale:
    """Numbers without a percent sign: how many lie within 0..1 and beyond, and the first of each.

    `parts` whether any lies between 0 and 1. Cells with a percent sign speak for themselves.
    """

    within: int = 0
    beyond: int = 0
    parts: bool = False
    first_within: tuple[Place, float] | None = None
    first_beyond: tuple[Place, float] | None = None

    def add(self, batch: Batch, sizes: Floats) -> None:
        """Look at a batch's sizes (without signs), NaN where there is none."""
        with np.errstate(invalid="ignore"):
            within, beyond = (sizes > 0) & (sizes <= 1), sizes > 1
        self.within, self.beyond = self.within + int(within.sum()), self.beyond + int(beyond.sum())
        parts = within & (sizes < 1)
        self.parts |= bool(parts.any())
        self.first_within = self.first_within or _first(batch, sizes, parts)
        self.first_beyond = self.first_beyond or _first(batch, sizes, beyond)

    @property
    def is_share(self) -> bool:
        """Most values up to 1, some of them parts of 1: shares, of which a loss may be over 1."""
        return self.parts and self.within > self.beyond


def _first(batch: Batch, sizes: Floats, where: np.ndarray) -> tuple[Place, float] | None:
    if not where.any():
        return None
    place = int(where.argmax())
    return (batch.sheet, int(batch.rows[place])), float(sizes[place])


def mixed_scale(scale: Scale | None, file: str, name: str, low_is_usual: bool) -> list[DataProblem]:
    """A warning where a column has values that look like shares beside ones that look like percentages.

    `low_is_usual` for margins: some lie below 1 % in any file.
    """
    if scale is None or scale.first_within is None or scale.first_beyond is None:
        return []
    few = scale.within <= LOW_MARGIN_SHARE * (scale.within + scale.beyond)
    if low_is_usual and not scale.is_share and few:
        return []
    read = "shares of 1, so that 0.2 is 20 %" if scale.is_share else "percentages, so that 0.2 is 0.2 %"
    (sheet, row), value = scale.first_beyond if scale.is_share else scale.first_within
    message = (
        f"{name}: cells up to 1 ({scale.within:,}) beside cells over 1 ({scale.beyond:,}); all were "
        f"read as {read}. Check {value:g} and write all of them the same way."
    )
    return [DataProblem(Severity.WARNING, "mixed_scale", message, file, sheet, name, row, f"{value:g}")]
