"""What changed between two models of the same set-up, say before and after next week's file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.errors import UserError
from core.mmm.model_info import ModelInfo

FIGURES = ("roas", "contribution")
SHOWN_ONLY = {"display_names", "lift_tests"}  # told in a sentence of their own, or no part of the set-up


@dataclass(frozen=True)
class Drift:
    """The comparison of a new model with an old one.

    `channels` has a row a channel: `channel`, `name`, `kind` (kept, added, removed), `roas_old`,
    `roas_old_lower`, `roas_old_upper`, `roas_new`, `roas_new_lower`, `roas_new_upper`, `contribution_*`
    likewise, and `inside`: whether the new ROAS lies inside the old interval
    (missing where either has none). `config_changes` are sentences.
    """

    channels: pd.DataFrame
    config_changes: tuple[str, ...]

    @property
    def same_setup(self) -> bool:
        """Whether the two differ in their data only."""
        return not self.config_changes

    @property
    def summary(self) -> str:
        """What changed in one or two sentences."""
        kept = self.channels[self.channels["kind"] == "kept"]
        judged = kept[kept["inside"].notna()]
        outside = [str(name) for name in judged.loc[judged["inside"] == False, "name"]]  # noqa: E712
        if judged.empty:
            found = "No channel has a return in both models."
        elif not outside:
            found = "Every channel's new return lies inside its earlier interval."
        else:
            listed = ", ".join(outside)
            found = f"{len(outside)} of {len(judged)} channels left their earlier interval: {listed}."
        if self.same_setup:
            return found
        count = len(self.config_changes)
        return (
            f"{found} The set-up differs in {count} point{'s' if count > 1 else ''}, which may be the reason."
        )


def _rows(model: ModelInfo) -> dict[str, Mapping[str, Any]]:
    if not model.results:
        raise UserError(f"The model “{model.name}” has no results yet, so there is nothing to compare.")
    return {str(row["channel"]): row for row in model.results["channel_summary"]}


def _figures(row: Mapping[str, Any] | None, age: str) -> dict[str, Any]:
    found = row or {}
    return {
        f"{figure}_{age}{end}": found.get(f"{figure}{end}")
        for figure in FIGURES
        for end in ("", "_lower", "_upper")
    }


def _inside(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool | None:
    if before is None or after is None:
        return None
    lower, upper, value = before.get("roas_lower"), before.get("roas_upper"), after.get("roas")
    if lower is None or upper is None or value is None:
        return None
    return bool(lower <= value <= upper)


def _channel(
    channel: str, old: ModelInfo, new: ModelInfo, rows: tuple[dict[str, Any], dict[str, Any]]
) -> dict[str, Any]:
    before, after = rows[0].get(channel), rows[1].get(channel)
    kind = "kept" if before and after else "added" if after else "removed"
    name = (new if after else old).display_name(channel)
    head = {"channel": channel, "name": name, "kind": kind, "inside": _inside(before, after)}
    return head | _figures(before, "old") | _figures(after, "new")


def _said(value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return "nothing"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_said(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_said(item) for item in value)
    return str(value)


def _config_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    changes = []
    for field in sorted((set(old) | set(new)) - SHOWN_ONLY):
        before, after = old.get(field), new.get(field)
        # A field that did not exist yet reads like one that holds nothing.
        if before != after and _said(before) != _said(after):
            changes.append(f"{field}: {_said(before)} became {_said(after)}.")
    tests_before, tests_after = old.get("lift_tests") or [], new.get("lift_tests") or []
    if tests_before != tests_after:
        changes.append(f"lift tests: {len(tests_before)} became {len(tests_after)}, or their values changed.")
    return tuple(changes)


def compare_models(old: ModelInfo, new: ModelInfo) -> Drift:
    """What changed from `old` to `new`, from their summaries alone (90 % intervals): no draws are read.

    Raises UserError when either has no results.
    """
    rows = _rows(old), _rows(new)
    channels = list(dict.fromkeys([*rows[0], *rows[1]]))
    frame = pd.DataFrame([_channel(channel, old, new, rows) for channel in channels])
    return Drift(frame, _config_changes(old.config, new.config))
