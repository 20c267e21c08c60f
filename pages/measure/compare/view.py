"""What a comparison looks at: the chosen models, their checks on past forecasts, and the words for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from core.access import Membership
from core.charts.formats import Wording
from core.charts.palette import channel_colours
from core.mmm.comparison.comparability import Candidate
from core.mmm.comparison.models import ModelComparison, compare
from core.mmm.model_info import ModelInfo
from core.mmm.results.summary import wording_for
from core.mmm.validation.summary import ValidationInfo
from pages.shared.cached import fitted


@dataclass(frozen=True)
class CompareView:
    """The models by the labels they go by here, their newest checks, and the comparison of two or more."""

    project: Membership
    models: Mapping[str, ModelInfo]
    checks: Mapping[int, ValidationInfo]
    wording: Wording
    level: float
    comparison: ModelComparison | None

    def check(self, label: str) -> ValidationInfo | None:
        """The newest check of a model on past forecasts."""
        return self.checks.get(self.models[label].id)


def view_of(
    project: Membership, chosen: tuple[ModelInfo, ...], checks: Mapping[int, ValidationInfo], level: float
) -> CompareView:
    """The view of the chosen models; one alone is not compared."""
    # The models' names; those that occur twice with their number.
    count = Counter(info.name for info in chosen)
    models = dict(
        zip(
            ([info.name if count[info.name] == 1 else f"{info.name} (no. {info.id})" for info in chosen]),
            chosen,
            strict=True,
        )
    )
    wording = _wording(project, chosen)
    comparison = _compared(project, models, checks, level) if len(chosen) > 1 else None
    return CompareView(project, models, checks, wording, level, comparison)


def _wording(project: Membership, chosen: tuple[ModelInfo, ...]) -> Wording:
    channels = dict.fromkeys(name for info in chosen for name in info.mmm_config.channels)
    noun = fitted(chosen[0]).frequency.noun
    own = wording_for(
        chosen[0].mmm_config, project.kpi_label, project.currency, channel_colours(channels), noun
    )
    labels = {
        name: label for info in reversed(chosen) for name, label in info.mmm_config.display_names.items()
    }
    return Wording(**(vars(own) | {"labels": {**own.labels, **labels}}))


def _compared(
    project: Membership, models: Mapping[str, ModelInfo], checks: Mapping[int, ValidationInfo], level: float
) -> ModelComparison:
    candidates = []
    for label, info in models.items():
        check = checks.get(info.id)
        candidates.append(Candidate(label, fitted(info), check.results if check else ()))
    fits = tuple((label, info.cache_key) for label, info in models.items())
    known = tuple((check.id, len(check.results)) for check in checks.values())
    return _kept(project.project_id, fits, known, level, candidates)


@st.cache_resource(max_entries=60, show_spinner="Comparing the models")
def _kept(
    project_id: int,
    fits: tuple[tuple[str, str], ...],
    checks: tuple[tuple[int, int], ...],
    level: float,
    _contenders: list[Candidate],
) -> ModelComparison:
    return compare(_contenders, level)
