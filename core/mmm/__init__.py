"""The Bayesian marketing mix model: a table in; a posterior, curves and budgets out.

Importing this package loads no sampler: `fit` imports it when it is called.
"""

from core.mmm.checks import check
from core.mmm.config import MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.lift import LiftTest
from core.mmm.priors import ChannelPrior, Priors
from core.mmm.problem import DatasetProblem, Problem, Repair
from core.mmm.repair import apply_repair
from core.mmm.sampling import Cancelled
from core.mmm.training import fit

__all__ = [
    "Cancelled",
    "ChannelPrior",
    "DatasetProblem",
    "FittedMMM",
    "LiftTest",
    "MMMConfig",
    "Priors",
    "Problem",
    "Repair",
    "apply_repair",
    "check",
    "fit",
]
