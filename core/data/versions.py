"""Next week's file beside the one a data set was made from: what is new, what was corrected, what is gone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.mapping import ColumnRole, Mapping
from core.data.numbers import Mask
from core.data.problems import name_some


@dataclass(frozen=True)
class ChangeRules:
    """When two numbers count as the same: relative to the larger one, so that rounding is no change."""

    relative: float = 1e-9
    listed: int = 5_000


@dataclass(frozen=True)
class VersionDiff:
    """The difference between two prepared tables of one data set.

    `changes` has columns date, (geo,) column, old, new: one row per changed cell, at most ChangeRules.listed;
    `cells_changed` counts all. `columns_missing` are in the old table only, `columns_new` in the new one
    only.
    """

    rows_added: int
    rows_removed: int
    rows_changed: int
    cells_changed: int
    changes: pd.DataFrame
    columns_missing: tuple[str, ...]
    columns_new: tuple[str, ...]
    added_from: pd.Timestamp | None = None
    added_to: pd.Timestamp | None = None

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        counted = self.rows_added or self.rows_removed or self.cells_changed
        return not (counted or self.columns_missing or self.columns_new)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The difference in words, most important first."""
        if self.same:
            return ("The new file holds the same data.",)
        sentences = []
        if self.columns_missing:
            sentences.append(f"Missing columns: {name_some(self.columns_missing)}.")
        if self.rows_removed:
            sentences.append(f"{self.rows_removed:,} row(s) of the old file are gone.")
        if self.cells_changed:
            columns = name_some(list(dict.fromkeys(self.changes["column"])))
            sentences.append(
                f"{self.cells_changed:,} cell(s) in {self.rows_changed:,} row(s) were corrected, in "
                f"{columns}."
            )
        if self.rows_added:
            span = (
                f", {self.added_from:%Y-%m-%d} to {self.added_to:%Y-%m-%d}"
                if self.added_from is not None and self.added_to is not None
                else ""
            )
            sentences.append(f"{self.rows_added:,} row(s) are new{span}.")
        if self.columns_new:
            sentences.append(f"New columns: {name_some(self.columns_new)}.")
        return tuple(sentences)


def compare_versions(
    old_frame: pd.DataFrame, new_frame: pd.DataFrame, mapping: Mapping, rules: ChangeRules | None = None
) -> VersionDiff:
    """What differs between two prepared tables, row by row on date (and geo).

    Both need the mapping's date column (and geo); keys are expected once per table.
    """
    rules = rules or ChangeRules()
    keys = [key for key in (mapping.date_column, mapping.geo_column) if key]
    old, new = old_frame.set_index(keys).sort_index(), new_frame.set_index(keys).sort_index()
    shared, added = old.index.intersection(new.index), new.index.difference(old.index)
    unused = (ColumnRole.IGNORE, ColumnRole.DATE, ColumnRole.GEO)
    used = [c.column for c in mapping.columns if c.role not in unused]
    columns = dict.fromkeys(c for c in (*used, *old.columns) if c in old and c in new)
    different = {c: _differs(old.loc[shared, c], new.loc[shared, c], rules) for c in columns}
    parts = [
        pd.DataFrame({"column": c, "old": old.loc[shared].loc[mask, c], "new": new.loc[shared].loc[mask, c]})
        .astype({"old": object, "new": object})
        .reset_index()
        for c, mask in different.items()
        if mask.any()
    ]
    if parts:
        changes = pd.concat(parts, ignore_index=True).sort_values(keys, kind="stable").head(rules.listed)
    else:
        changes = pd.DataFrame(columns=[*keys, "column", "old", "new"])
    any_changed = np.any(list(different.values()), axis=0) if different else np.zeros(len(shared), dtype=bool)
    days = pd.DatetimeIndex(added.get_level_values(0)) if len(added) else pd.DatetimeIndex([])
    return VersionDiff(
        rows_added=len(added),
        rows_removed=len(old.index.difference(new.index)),
        rows_changed=int(any_changed.sum()),
        cells_changed=int(sum(int(mask.sum()) for mask in different.values())),
        changes=changes,
        columns_missing=tuple(c for c in old.columns if c not in new),
        columns_new=tuple(c for c in new.columns if c not in old),
        added_from=days.min() if len(days) else None,
        added_to=days.max() if len(days) else None,
    )


def _differs(old: pd.Series, new: pd.Series, rules: ChangeRules) -> Mask:
    both_blank = old.isna().to_numpy() & new.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(old) and pd.api.types.is_numeric_dtype(new):
        left, right = old.to_numpy(dtype=float), new.to_numpy(dtype=float)
        return np.asarray(~np.isclose(left, right, rtol=rules.relative, atol=0.0, equal_nan=True))
    same = old.astype("str").to_numpy(dtype=object) == new.astype("str").to_numpy(dtype=object)
    return np.asarray(~(both_blank | np.asarray(same, dtype=bool)))
