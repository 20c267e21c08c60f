"""Promotions: sales facts -> baseline -> uplift by discount. Importing this package loads no sampler."""

from core.promo.baseline import Baseline
from core.promo.uplift import Uplift, fit_uplift

__all__ = ["Baseline", "Uplift", "fit_uplift"]
