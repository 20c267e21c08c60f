"""The Bayesian marketing mix model: a table in; a posterior, curves and budgets out.

Importing this package loads no sampler: `fit` imports it when it is called.
"""

from core.mmm.config import MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.lift import LiftTest
from core.mmm.model.preview import PriorPreview, prior_preview
from core.mmm.optimiser.budget_problem import BudgetProblem
from core.mmm.optimiser.limit import Constraint
from core.mmm.optimiser.linear_limits import InfeasiblePlan
from core.mmm.optimiser.plan import frontier, optimize
from core.mmm.optimiser.solution import Plan
from core.mmm.panel.checks import check
from core.mmm.panel.repair import apply_repair
from core.mmm.priors import ChannelPrior, Priors
from core.mmm.problem import DatasetProblem, Problem, RepairKind
from core.mmm.quick_fit.model import QuickFitMMM, fit_quick
from core.mmm.sampling.nuts import Cancelled
from core.mmm.scenario import simulate
from core.mmm.training import fit

__all__ = [
    "BudgetProblem",
    "Cancelled",
    "ChannelPrior",
    "Constraint",
    "DatasetProblem",
    "FittedMMM",
    "InfeasiblePlan",
    "LiftTest",
    "MMMConfig",
    "Plan",
    "PriorPreview",
    "Priors",
    "Problem",
    "QuickFitMMM",
    "RepairKind",
    "apply_repair",
    "check",
    "fit",
    "fit_quick",
    "frontier",
    "optimize",
    "prior_preview",
    "simulate",
]
