"""How long things are kept, and what a night of retention removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from core import artifacts


@dataclass(frozen=True)
class Terms:
    """How long things are kept: `undo` for what people deleted, `jobs` and `audit` for records, `kpis` for
    what promotions were expected to bring, `reviews` for what they brought."""

    undo: dt.timedelta = dt.timedelta(days=30)
    jobs: dt.timedelta = dt.timedelta(days=90)
    audit: dt.timedelta = dt.timedelta(days=730)
    kpis: dt.timedelta = dt.timedelta(days=730)
    reviews: dt.timedelta = dt.timedelta(days=1095)

    def __post_init__(self) -> None:
        if min(self.undo, self.jobs, self.audit, self.kpis, self.reviews) <= dt.timedelta(0):
            raise ValueError("Everything is kept for some time at least.")


@dataclass(frozen=True)
class Purged:
    """Rows removed by what they were, and the kept files that no row names any more."""

    rows: Mapping[str, int]
    files: tuple[str, ...]

    def remove_files(self) -> None:
        """Removes the files; called once the rows' removal is committed."""
        for path in self.files:
            artifacts.remove(path)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {noun}" for noun, count in self.rows.items() if count)
        return f"{counts or 'nothing'} and {len(self.files)} files"
