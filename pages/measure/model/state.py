"""A model's set-up while it is typed: kept per data set, saved as a draft, turned into a configuration."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from collections.abc import Mapping as Plain
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pandas as pd
import streamlit as st

from core.access import Person
from core.data import Mapping, to_mmm_config_fields
from core.data.dataset_info import DatasetInfo
from core.database import read_session, session
from core.errors import UserError
from core.json_values import from_json, to_json
from core.mmm.config import MMMConfig
from core.mmm.config_roles import adjustments_of, roles_of
from core.mmm.model.experiments import experiments_of
from core.mmm.model.structure import scales_of
from core.mmm.model_info import ModelInfo
from core.mmm.panel.checks import check
from core.mmm.panel.panel import read_panel
from core.mmm.problem import DatasetProblem, Problem
from core.mmm.store import drafts
from pages.shared.escape import plain

STANDARD = {"draws": 1000, "tune": 1000, "chains": 4, "seed": 1}
Path = tuple[str, ...]


OFTEN_AT_FAULT = ("lift_tests", "reach_frequency", "priors", "adstock", "saturation")


def configured(set_up: SetUp, frame: pd.DataFrame) -> tuple[MMMConfig | None, list[str]]:
    """The configuration, or None with every fault of the set-up."""
    try:
        return set_up.config(frame), []
    except UserError as problem:
        return None, list(problem.faults)


def as_far_as_possible(set_up: SetUp, frame: pd.DataFrame) -> MMMConfig | None:
    """The configuration without the adjustments that are at fault, so that they can be put right."""
    for without in ((), *((name,) for name in OFTEN_AT_FAULT), OFTEN_AT_FAULT):
        try:
            return set_up.config(frame, without)
        except UserError:
            continue
    return None


def checked(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> list[Problem]:
    """Every problem of the data under this configuration, looked for once per change."""
    text = config.to_json()
    key = f"checked:{set_up.dataset.id}"
    kept: tuple[str, list[Problem]] | None = st.session_state.get(key)
    if kept is None or kept[0] != text:
        kept = (text, check(frame, config))
        if not any(problem.blocks for problem in kept[1]):
            kept[1].extend(_lift_problems(frame, config))
        st.session_state[key] = kept
    return kept[1]


def _lift_problems(frame: pd.DataFrame, config: MMMConfig) -> list[Problem]:
    """What is wrong with the lift tests as seen from the data, such as a window outside of them."""
    if not config.lift_tests:
        return []
    panel = read_panel(frame, config)
    train = panel.periods - config.holdout
    try:
        experiments_of(panel, config, scales_of(panel, config, train), train)
    except DatasetProblem as fault:
        return list(fault.problems)
    return []


def show_checks(faults: Sequence[str], problems: Sequence[Problem]) -> None:
    """Faults and errors in the open; warnings folded away when there are many."""
    for fault in faults:
        st.error(plain(fault), icon=":material/error:")
    for problem in problems:
        if problem.blocks:
            st.error(plain(problem.message), icon=":material/error:")
    warnings = [problem for problem in problems if not problem.blocks]
    if warnings:
        _warnings(warnings)


def _warnings(warnings: Sequence[Problem]) -> None:
    words = "1 thing to know" if len(warnings) == 1 else f"{len(warnings)} things to know"
    with st.expander(f"{words} about these data", icon=":material/warning:"):
        for problem in warnings:
            st.markdown(f":orange[:material/warning:] {plain(problem.message)}")


def blocking(faults: Sequence[str], problems: Sequence[Problem]) -> str:
    """The first sentence that stands in the way of training, empty when nothing does."""
    sentences: list[Any] = [*faults, *(problem.message for problem in problems if problem.blocks)]
    return str(sentences[0]) if sentences else ""


@dataclass
class SetUp:
    """Roles (`mapping`), what else of the configuration differs from its default (`fields`), sampling.

    `generation` names the widgets: raising it makes them start again from what is held here.
    """

    dataset: DatasetInfo
    name: str
    mapping: Mapping
    fields: dict[str, Any] = field(default_factory=dict)
    sampling: dict[str, Any] = field(default_factory=lambda: dict(STANDARD))
    generation: int = 0
    saved: str = ""
    saved_at: dt.datetime | None = None

    def key(self, name: str) -> str:
        """The widget key of one setting."""
        return f"setup:{self.dataset.id}:{self.generation}:{name}"

    def get(self, name: str, default: Any) -> Any:
        """A setting, or its default."""
        return self.fields.get(name, default)

    def put(self, name: str, value: Any, default: Any) -> None:
        """Keep a setting where it differs from its default; forget it where it does not."""
        if value == default:
            self.fields.pop(name, None)
        else:
            self.fields[name] = value

    def value(self, path: Path, default: Any) -> Any:
        """A setting by its path, such as ("priors", "noise_sd"), or its default."""
        found: Any = self.fields
        for name in path:
            if not isinstance(found, dict) or name not in found:
                return default
            found = found[name]
        return found

    def keep(self, path: Path, value: Any, default: Any) -> None:
        """Keep a setting by its path where it differs from its default; forget it where it does not."""
        self.fields = _grown(self.fields, path, value) if value != default else _pruned(self.fields, path)

    def forget(self, paths: Iterable[Path]) -> None:
        """Back to the default of some settings; their controls start again from it."""
        for path in paths:
            self.fields = _pruned(self.fields, path)
        self.generation += 1

    def config(self, frame: pd.DataFrame, without: Container[str] = ()) -> MMMConfig:
        """The configuration for the data set's table; raises UserError naming every fault.

        Adjustments named in `without` are left out.
        """
        roles = to_mmm_config_fields(self.mapping, frame)
        own = {n: value for n, value in self.fields.items() if n != "treatments" and n not in without}
        references = dict(roles["treatment_columns"])
        chosen = {c: value for c, value in self.get("treatments", {}).items() if c in references}
        fields = {**roles, **own, "treatment_columns": references | chosen}
        _set_pairs_apart(fields)
        _without_strangers(fields)
        return MMMConfig.from_json(json.dumps(fields, default=str))

    def to_json(self) -> dict[str, Any]:
        """Plain values for the draft."""
        return {"mapping": to_json(self.mapping), "fields": self.fields, "sampling": self.sampling}

    def take(self, name: str, plain: Plain[str, Any]) -> None:
        """Start again from a draft's values."""
        self.name = name
        self.mapping = from_json(Mapping, plain["mapping"])
        self.fields, self.sampling = dict(plain.get("fields", {})), {**STANDARD, **plain.get("sampling", {})}
        self.generation += 1

    def take_model(self, info: ModelInfo) -> None:
        """Start again from the set-up of a model that was trained on this data set."""
        roles = roles_of(self.mapping, info.config)
        fields = adjustments_of(roles, info.config)
        self.take(self.name, {"mapping": to_json(roles), "fields": fields, "sampling": dict(info.sampling)})

    def rename(self, name: str) -> None:
        """Suggest another name for the next model."""
        self.name = name
        self.generation += 1

    def reset(self) -> None:
        """Forget every adjustment: the data set's own roles, all else by default."""
        self.take(default_name(self.dataset), {"mapping": dict(self.dataset.mapping)})


def _grown(tree: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The tree with a value under a path."""
    first, *rest = path
    return {**tree, first: _grown(tree.get(first) or {}, tuple(rest), value) if rest else value}


def _pruned(tree: dict[str, Any], path: Path) -> dict[str, Any]:
    """The tree without what is under a path, and without branches that hold nothing any more."""
    first, *rest = path
    others = {name: value for name, value in tree.items() if name != first}
    if first not in tree or not rest:
        return others
    left = _pruned(tree[first], tuple(rest))
    return {**others, first: left} if left else others


def _set_pairs_apart(fields: dict[str, Any]) -> None:
    """Columns of reach and frequency describe a paid channel and are no medium or control of their own."""
    pairs: dict[str, Any] = fields.get("reach_frequency", {})
    taken = {column for pair in pairs.values() for column in pair}
    for name in ("organic_columns", "control_columns"):
        fields[name] = [column for column in fields[name] if column not in taken]


def _without_strangers(fields: dict[str, Any]) -> None:
    """What was adjusted for a channel that is left out waits until the channel comes back."""
    channels = {*fields["channel_columns"], *fields["organic_columns"]}

    def known(by_channel: dict[str, Any]) -> dict[str, Any]:
        return {name: own for name, own in by_channel.items() if name in channels}

    for name in ("adstock", "saturation", "reach_frequency"):
        if isinstance(fields.get(name), dict):
            fields[name] = known(fields[name])
    priors = fields.get("priors", {})
    if "channels" in priors:
        fields["priors"] = {**priors, "channels": known(priors["channels"])}


def default_name(info: DatasetInfo) -> str:
    """The name a first model on this data set gets."""
    return info.name


def next_name(name: str, taken: Container[str]) -> str:
    """The name with the first number in brackets that is free: `Shop`, `Shop (2)`, `Shop (3)`."""
    stem = re.sub(r" \(\d+\)$", "", name)
    return next(free for free in _numbered(stem) if free not in taken)


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem} ({number})" for number in count(2))


def current_set_up(person: Person, info: DatasetInfo, taken: Container[str] = ()) -> SetUp:
    """The set-up of a data set as this browser holds it, else as its draft says, else by default.

    A default name steps aside for the names that are `taken`.
    """
    key = f"setup:{info.id}"
    if key not in st.session_state:
        made = SetUp(info, next_name(default_name(info), taken), from_json(Mapping, info.mapping))
        with read_session() as s:
            draft = drafts.draft(s, person, info.id)
        if draft:
            made.take(draft.name, draft.config)
            made.saved_at = draft.updated_at
        made.saved = _fingerprint(made)
        st.session_state[key] = made
    return st.session_state[key]


def save_as_typed(person: Person, set_up: SetUp) -> None:
    """Save the draft when something changed since it was last saved."""
    now = _fingerprint(set_up)
    if now == set_up.saved:
        return
    with session() as s:
        kept = drafts.save_draft(s, person, set_up.dataset.id, set_up.name, set_up.to_json())
    set_up.saved, set_up.saved_at = now, kept.updated_at


def _fingerprint(set_up: SetUp) -> str:
    return json.dumps([set_up.name, set_up.to_json()], sort_keys=True, default=str)
