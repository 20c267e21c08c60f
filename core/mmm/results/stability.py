"""What a refit on newer data changed: which channels moved, judged by what the earlier model believed.

Both models are asked about the periods that both have seen, so that a change of the answer is a change of
mind and not one of the calendar. A movement is measured in the earlier posterior's sd: the earlier model
said how far off it might be, and the later one shows whether that was honest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.charts.formats import percent
from core.mmm.fitted import FittedMMM
from core.mmm.results.channel_summary import effects, interval, window

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Bounds:
    """The earlier interval's `level`, and from how many earlier sds on a movement is worth a word."""

    level: float = 0.9
    noticeable: float = 1.0


@dataclass(frozen=True)
class Movement:
    """One channel before and after: share of the KPI (0..1) and incremental ROAS (None where nothing was
    spent), the earlier intervals, and both changes in earlier sds."""

    channel: str
    name: str
    share_before: float
    share_lower: float
    share_upper: float
    share_after: float
    share_moved: float
    roas_before: float | None
    roas_lower: float | None
    roas_upper: float | None
    roas_after: float | None
    roas_moved: float | None

    @property
    def inside(self) -> bool:
        """Whether the later share lies inside the earlier interval."""
        return self.share_lower <= self.share_after <= self.share_upper

    def sentence(self) -> str:
        """The movement of the share in words."""
        ends = f"{percent(self.share_lower, 1)} to {percent(self.share_upper, 1)}"
        place = "inside" if self.inside else "outside"
        return (
            f"{self.name} went from {percent(self.share_before, 1)} of the KPI to "
            f"{percent(self.share_after, 1)}, {self.share_moved:+.1f} earlier standard deviations, "
            f"{place} its earlier interval ({ends})."
        )


@dataclass(frozen=True)
class Stability:
    """The comparison over `start` to `end` (ISO days), the `periods` that both models saw; `new_periods`
    are those that only the later one saw. `added` and `removed` name channels of one model only."""

    start: str
    end: str
    periods: int
    new_periods: int
    level: float
    noticeable: float
    movements: tuple[Movement, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def left(self) -> tuple[Movement, ...]:
        """Channels outside their earlier interval, the farthest first."""
        return self._by_size([own for own in self.movements if not own.inside])

    @property
    def drifting(self) -> tuple[Movement, ...]:
        """Channels inside their interval that moved noticeably all the same."""
        moved = [own for own in self.movements if own.inside and abs(own.share_moved) >= self.noticeable]
        return self._by_size(moved)

    @staticmethod
    def _by_size(movements: list[Movement]) -> tuple[Movement, ...]:
        return tuple(sorted(movements, key=lambda own: -abs(own.share_moved)))

    @property
    def verdict(self) -> str:
        """Whether the model kept its mind, in one sentence."""
        count, level = len(self.movements), percent(self.level, 0)
        if not count:
            return "The two models have no channel in common."
        if self.left:
            names = ", ".join(own.name for own in self.left)
            many = f"{len(self.left)} of {count} channels left their earlier {level} interval"
            return f"The answer moved: {many}: {names}."
        if self.drifting:
            names = ", ".join(own.name for own in self.drifting)
            return f"Steady: every channel stayed inside its earlier {level} interval; {names} moved most."
        return f"Steady: every channel stayed well inside its earlier {level} interval."

    @property
    def sentences(self) -> tuple[str, ...]:
        """The verdict, each channel that moved, channels that came or went, and what to do."""
        sentences = [self.verdict] + [own.sentence() for own in (*self.left, *self.drifting)]
        if self.added or self.removed:
            came = f"New: {', '.join(self.added)}. " if self.added else ""
            went = f"No longer there: {', '.join(self.removed)}. " if self.removed else ""
            sentences.append(f"{came}{went}What they earn now was earlier counted elsewhere, or the reverse.")
        if self.left:
            sentences.append(
                "Look at the newest rows of these channels first: a new price, creative or tracking, or "
                "spend in a range never seen before. A lift test settles which answer is right."
            )
        return tuple(sentences)


def stability_of(earlier: FittedMMM, later: FittedMMM, bounds: Bounds | None = None) -> Stability | None:
    """What `later` changed over the periods both have seen; None where there are none."""
    bounds = bounds or Bounds()
    common = earlier.dates.intersection(later.dates)
    if common.empty:
        return None
    first, last = common[0], common[-1]
    before, after = _views(earlier, first, last), _views(later, first, last)
    return Stability(
        str(first.date()),
        str(last.date()),
        len(common),
        int((later.dates > last).sum()),
        bounds.level,
        bounds.noticeable,
        tuple(_movement(c, later, before[c], after[c], bounds.level) for c in after if c in before),
        tuple(_name(later, c) for c in after if c not in before),
        tuple(_name(earlier, c) for c in before if c not in after),
    )


def _name(model: FittedMMM, channel: str) -> str:
    return str(model.config.display_names.get(channel, channel))


def _views(model: FittedMMM, first: pd.Timestamp, last: pd.Timestamp) -> dict[str, tuple[Floats, Floats]]:
    """By channel: draws of its share of the KPI and of its ROAS (NaN without spend) in the window."""
    start, stop = window(model.structure, first, last)
    found = effects(model.structure, model.posterior.media, start, stop)
    share = found.contribution.sum(axis=1) / model.structure.panel.kpi[:, start:stop].sum()
    spend = found.spend.sum(axis=0)
    roas = found.earned.sum(axis=1) / np.where(spend > 0, spend, np.nan)
    return {name: (share[:, c], roas[:, c]) for c, name in enumerate(model.config.channels)}


def _movement(
    channel: str,
    model: FittedMMM,
    before: tuple[Floats, Floats],
    after: tuple[Floats, Floats],
    level: float,
) -> Movement:
    share, roas = (_moved(old, new, level) for old, new in zip(before, after, strict=True))
    known = [value if np.isfinite(value) else None for value in roas]
    (b, low, high, a, moved), name = share, _name(model, channel)
    return Movement(channel, name, b, low, high, a, moved, known[0], known[1], known[2], known[3], known[4])


def _moved(old: Floats, new: Floats, level: float) -> tuple[float, float, float, float, float]:
    """Earlier mean and interval, later mean, and the change in earlier sds (0 where neither is certain)."""
    mean, lower, upper = interval(old, level)
    sd, now = float(old.std()), float(new.mean())
    moved = 0.0 if sd == 0 else (now - float(mean)) / sd
    return float(mean), float(lower), float(upper), now, moved
