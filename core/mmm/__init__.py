"""The Bayesian marketing mix model: a table in; a posterior, curves and budgets out.

Importing this package loads no sampler: `fit` imports it when it is called.
"""

from core.mmm.budget import BudgetProblem
from core.mmm.checks import check
from core.mmm.config import MMMConfig
from core.mmm.draft_model import DraftMMM, draft_fit
from core.mmm.fitted import FittedMMM
from core.mmm.lift import LiftTest
from core.mmm.limits import InfeasiblePlan
from core.mmm.plan import Plan, optimize
from core.mmm.preview import PriorPreview, prior_preview
from core.mmm.priors import ChannelPrior, Priors
from core.mmm.problem import DatasetProblem, Problem, Repair
from core.mmm.repair import apply_repair
from core.mmm.sampling import Cancelled
from core.mmm.scenario import simulate
from core.mmm.training import fit

__all__ = [
    "BudgetProblem",
    "Cancelled",
    "ChannelPrior",
    "DatasetProblem",
    "DraftMMM",
    "FittedMMM",
    "InfeasiblePlan",
    "LiftTest",
    "MMMConfig",
    "Plan",
    "PriorPreview",
    "Priors",
    "Problem",
    "Repair",
    "apply_repair",
    "check",
    "draft_fit",
    "fit",
    "optimize",
    "prior_preview",
    "simulate",
]
