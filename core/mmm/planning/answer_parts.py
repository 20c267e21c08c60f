"""Parts of a budget answer beside its channels: limits it runs into, what is new to the data, geos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class LimitKind(StrEnum):
    """What a limit is about."""

    CHANNEL = "channel"
    GROUP = "group"
    PERIOD = "period"
    MONTH = "month"
    RULE = "rule"
    GEO = "geo"
    TOTAL = "total"


@dataclass(frozen=True)
class Binding:
    """A limit that the plan runs into. `side` is 'minimum', 'maximum', 'locked', 'total' or 'target'.

    `limit_value` is money, or a share of the plan's whole where `of_total`. `price` is the KPI gained by
    moving the limit by one unit of that; `cost` the expected KPI that the limit costs altogether (the best
    plan without it, minus this one); missing where it was not computed. `own` is False for a limit that
    nobody typed: the plan stays near what the data show. `kind` is missing in plans saved long ago.
    """

    name: str
    side: str
    is_group: bool
    limit_value: float
    price: float
    cost: float | None = None
    kind: LimitKind | None = None
    geo: str = ""
    of_total: bool = False
    own: bool = True

    @property
    def about(self) -> LimitKind:
        """What the limit is about, for old plans too."""
        if self.kind is not None:
            return LimitKind(self.kind)
        if self.side == "total":
            return LimitKind.TOTAL
        return LimitKind.GROUP if self.is_group else LimitKind.CHANNEL

    @property
    def key(self) -> str:
        """A stable name of this figure of the answer."""
        return ":".join(part for part in ("limit", self.about, self.name, self.geo, self.side) if part)


@dataclass(frozen=True)
class Beyond:
    """Money of a plan that goes beyond everything the data show.

    `what` says where: 'total' over the horizon or 'period' in any one; `geo` is empty for all of them.
    """

    channel: str
    what: str
    planned_value: float
    seen_value: float
    geo: str = ""


@dataclass(frozen=True)
class GeoMoney:
    """Money of one channel in one geo over the horizon, before and after."""

    geo: str
    channel: str
    before_value: float
    after_value: float


def read_binding(raw: Mapping[str, Any]) -> Binding:
    """The limit kept as JSON, of this version or an earlier one."""
    kind = raw.get("kind")
    return Binding(**{**raw, "kind": LimitKind(kind) if kind else None})
