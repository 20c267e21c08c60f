"""How long a model is sampled, and from which seed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.errors import UserError
from core.mmm.choices import Engine
from core.mmm.config import ConfigLimits


@dataclass(frozen=True)
class SamplingPlan:
    """Draws kept and tuning steps for each chain, the number of chains, the seed, and what is sampled.

    Raises UserError, every fault at once, for what the limits do not allow.
    """

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    seed: int = 1
    engine: Engine = Engine.KERNEL

    def __post_init__(self) -> None:
        limits, faults = ConfigLimits(), []
        for name, least in (("draws", 50), ("tune", 50), ("chains", 1)):
            value, most = getattr(self, name), getattr(limits, name)
            if not least <= value <= most:
                faults.append(f"{name} must lie between {least} and {most}, not {value}.")
        if self.engine not in set(Engine):
            faults.append(f"engine must be one of {', '.join(Engine)}, not {self.engine}.")
        if not 0 <= self.seed < 2**31:
            faults.append(f"The seed must lie between 0 and {2**31 - 1}, not {self.seed}.")
        if faults:
            raise UserError(faults)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any] | None, *, seeded_by: str = "") -> SamplingPlan:
        """The plan with the given fields; a missing seed comes from the text `seeded_by`."""
        given = dict(plain or {})
        unknown = sorted(set(given) - {field.name for field in fields(cls)})
        if unknown:
            raise UserError(f"Sampling knows no field called {', '.join(unknown)}.")
        given.setdefault("seed", zlib.crc32(seeded_by.encode()) % 2**31 if seeded_by else 1)
        engine = given.pop("engine", Engine.KERNEL)
        return cls(engine=engine, **{name: int(value) for name, value in given.items()})

    def to_json(self) -> dict[str, Any]:
        """Plain values for the model's row, which names the engine only where it is not the usual one."""
        plain = asdict(self)
        return plain if self.engine != Engine.KERNEL else {k: v for k, v in plain.items() if k != "engine"}
