"""A learned promotion model: its baseline and its uplift under one version, kept in files without pickle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.promo import packing
from core.promo.baseline import Baseline
from core.promo.uplift import Uplift


@dataclass(frozen=True)
class PromoModel:
    """What was learned from the facts of one moment; `version` is the name of its coefficients."""

    version: str
    baseline: Baseline
    uplift: Uplift

    def save(self, folder: Path) -> None:
        """Writes its files into `folder`: JSON, .npz and Parquet."""
        folder.mkdir(parents=True, exist_ok=True)
        packing.write(self, folder)

    @classmethod
    def load(cls, folder: Path) -> PromoModel:
        """The model that `save` wrote, with the same forecasts and curves; nothing is fitted again.

        UserError when the files are not those of a promotion model.
        """
        model = packing.read(cls, folder)
        if model.uplift.regression.days is model.baseline.days:
            # The property that both share; a frozen class lets only its dictionary be filled.
            model.baseline.__dict__["regression"] = model.uplift.regression
        return model
