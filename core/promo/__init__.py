"""Promotions: sales facts -> baseline -> uplift by discount. Importing this package loads no sampler."""

from core.promo.baseline import Baseline
from core.promo.ingest import read_sales
from core.promo.post_mortem.report import post_mortem
from core.promo.scenarios.evaluate import evaluate
from core.promo.scenarios.scenario import Mechanic, PromoScenario
from core.promo.scenarios.settings import PromoSettings
from core.promo.scenarios.validate import validate
from core.promo.uplift import Uplift, fit_uplift

__all__ = [
    "Baseline",
    "Mechanic",
    "PromoScenario",
    "PromoSettings",
    "Uplift",
    "evaluate",
    "fit_uplift",
    "post_mortem",
    "read_sales",
    "validate",
]
