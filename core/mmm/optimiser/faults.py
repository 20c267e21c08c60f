"""What is wrong with a budget question, every fault at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from core.mmm.problem import listed

if TYPE_CHECKING:
    from core.mmm.optimiser.budget_problem import BudgetProblem

MOST_PERIODS = 364
MOST_TESTS = 8


def faults_of(problem: BudgetProblem) -> list[str]:
    """Sentences on every number, name and geo at fault."""
    return _number_faults(problem) + _name_faults(problem) + _label_faults(problem) + _geo_faults(problem)


def _number_faults(problem: BudgetProblem) -> list[str]:
    faults = []
    if not 1 <= problem.periods <= MOST_PERIODS:
        faults.append(f"A plan covers 1 to {MOST_PERIODS} periods, not {problem.periods}.")
    if problem.total is not None and not (0 < problem.total < math.inf):
        faults.append(f"The total must be a positive amount, not {problem.total}.")
    for name, pair in _pairs(problem):
        if len(pair) != 2 or any(value is None or math.isnan(value) or value < 0 for value in pair):
            faults.append(f"The limits of '{name}' must be two amounts of 0 or more, not {tuple(pair)}.")
    for name, least in problem.test_minimum.items():
        if not 0 < least < math.inf:
            faults.append(f"The least test spend of '{name}' must be a positive amount, not {least}.")
    if len(problem.test_minimum) > MOST_TESTS:
        faults.append(f"At most {MOST_TESTS} channels can have a least test spend.")
    on, cycle = problem.pulse
    if not 1 <= on <= cycle:
        faults.append(f"A pulse runs 1 or more periods of each cycle, not {on} of {cycle}.")
    return faults


def _pairs(problem: BudgetProblem) -> list[tuple[str, tuple[float, ...]]]:
    own = [(name, tuple(pair)) for name, pair in (problem.bounds or {}).items()]
    own += [(f"{name} in {geo}", tuple(pair)) for (name, geo), pair in problem.geo_bounds.items()]
    own += [(f"{name} per period", tuple(pair)) for name, pair in problem.period_bounds.items()]
    return own + [(name, (lower, upper)) for name, _, lower, upper in problem.groups]


def _name_faults(problem: BudgetProblem) -> list[str]:
    known, faults = problem.model.channels, []
    flighting = list(problem.flighting) if isinstance(problem.flighting, Mapping) else []
    places = [
        ("bounds", list(problem.bounds or {})),
        ("reference", [] if problem.reference is None else list(dict(problem.reference))),
        ("flighting", flighting),
        ("geo_bounds", [name for name, _ in problem.geo_bounds]),
        ("period_bounds", list(problem.period_bounds)),
        ("test_minimum", list(problem.test_minimum)),
    ]
    places += [(f"group '{name}'", list(channels)) for name, channels, _, _ in problem.groups]
    places += [(f"constraint '{c.name}'", [*c.channels, *c.weights]) for c in problem.constraints]
    for where, names in places:
        unknown = list(dict.fromkeys(name for name in names if name not in known))
        if unknown:
            faults.append(f"{where} names {listed(unknown)}, which is no paid channel of the model.")
    faults += [f"Group '{name}' has no channels." for name, channels, *_ in problem.groups if not channels]
    return faults


def _label_faults(problem: BudgetProblem) -> list[str]:
    groups = [name for name, *_ in problem.groups]
    own = [constraint.name for constraint in problem.constraints]
    taken = {*problem.model.channels, "total"}
    twice = sorted({name for name, times in Counter(groups).items() if times > 1 or name in taken})
    faults = [f"Groups need names of their own: {listed(twice)}."] if twice else []
    taken |= set(groups)
    twice = sorted({name for name, times in Counter(own).items() if times > 1 or name in taken})
    return faults + ([f"Constraints need names of their own: {listed(twice)}."] if twice else [])


def _geo_faults(problem: BudgetProblem) -> list[str]:
    known, faults = problem.model.geos, []
    if problem.by_geo and len(known) < 2:
        faults.append("by_geo needs a model of several geos: this one is national.")
    if problem.geo_bounds and not problem.by_geo:
        faults.append("geo_bounds need by_geo: else geos keep their present shares.")
    places = [("geo_bounds", [geo for _, geo in problem.geo_bounds])]
    places += [(f"constraint '{c.name}'", list(c.geos)) for c in problem.constraints]
    for where, names in places:
        unknown = list(dict.fromkeys(name for name in names if name not in known))
        if unknown:
            faults.append(f"{where} names {listed(unknown)}, which is no geo of the model.")
    return faults
