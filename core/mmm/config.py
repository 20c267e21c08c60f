"""The specification of a mix model: columns and roles, transforms, priors, experiments; JSON both ways."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from core.data.mapping import KpiKind
from core.errors import UserError
from core.mmm.choices import Outliers, Trend
from core.mmm.lift import LiftTest
from core.mmm.model.curves import Adstock, Parameter, Saturation
from core.mmm.priors import ChannelPrior, Priors


@dataclass(frozen=True)
class ConfigLimits:
    """The most a single fit may ask for, so that one user cannot occupy the machine."""

    draws: int = 5000
    tune: int = 5000
    chains: int = 8
    geos: int = 250
    channels: int = 40
    max_lag: int = 120


@dataclass(frozen=True)
class MMMConfig:
    """Which columns play which role, and how the model treats them.

    Columns: `channel_columns` are paid media (spend, or exposure whose cost is in `spend_columns`);
    `organic_columns` are media without cost; `control_columns` and `treatment_columns` ({column: reference
    value against which its contribution is counted}) are linear. `value_column` is money per unit of KPI in
    each row, `value_per_unit` one such number. `reach_frequency` names {channel: (reach column, frequency
    column)}: people reached in a period, each counted once, and contacts per person reached, 1 or more.
    Saturation of such a channel acts on frequency, its effect is linear in reach, and its name need not be
    a column. Its cost is its `spend_columns` column, else the column of its own name, else its impressions.
    `adstock` and `saturation` are one word, or one per channel.
    `ordinary_dates` (ISO) never count as outliers.
    `seasonality` (periods per year) is a hint only: season follows calendar dates. `holdout` keeps the last
    N periods out of the fit. Sequences are kept as tuples. Raises UserError naming every fault.
    """

    date_column: str
    target_column: str
    channel_columns: Sequence[str]
    control_columns: Sequence[str] = ()
    geo_column: str | None = None
    use_geo: bool = False
    seasonality: float | None = None
    kpi_kind: KpiKind = KpiKind.MONEY
    value_column: str | None = None
    value_per_unit: float | None = None
    currency: str = "EUR"
    spend_columns: Mapping[str, str] = field(default_factory=dict)
    organic_columns: Sequence[str] = ()
    treatment_columns: Mapping[str, float] = field(default_factory=dict)
    event_column: str | None = None
    holidays_country: str | None = None
    population_column: str | None = None
    reach_frequency: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    adstock: Adstock | Mapping[str, Adstock] = Adstock.GEOMETRIC
    saturation: Saturation | Mapping[str, Saturation] = Saturation.HILL
    max_lag: int | None = None
    trend: Trend = Trend.PIECEWISE
    knot_weeks: int = 26
    season_pairs: int = 2
    outliers: Outliers = Outliers.DUMMY
    ordinary_dates: Sequence[str] = ()
    priors: Priors = field(default_factory=Priors)
    lift_tests: Sequence[LiftTest] = ()
    holdout: int = 0
    display_names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        faults: list[str] = []
        for name in ("channel_columns", "control_columns", "organic_columns", "lift_tests", "ordinary_dates"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        self._choose("kpi_kind", KpiKind, faults)
        self._choose("trend", Trend, faults)
        self._choose("outliers", Outliers, faults)
        self._choose("adstock", Adstock, faults)
        self._choose("saturation", Saturation, faults)
        pairs = {name: (pair[0], pair[1]) for name, pair in self.reach_frequency.items()}
        object.__setattr__(self, "reach_frequency", pairs)
        faults += self._role_faults() + self._number_faults() + self._reference_faults()
        if faults:
            raise UserError(faults)

    def _choose(self, name: str, kind: Any, faults: list[str]) -> None:
        value = getattr(self, name)
        words = ", ".join(member.value for member in kind)
        try:
            chosen = {k: kind(v) for k, v in value.items()} if isinstance(value, Mapping) else kind(value)
        except ValueError:
            faults.append(f"{name} must be one of {words}; it is {value!r}.")
        else:
            object.__setattr__(self, name, chosen)

    def _roles(self) -> list[tuple[str, str]]:
        single = [("date", self.date_column), ("target", self.target_column), ("geo", self.geo_column)]
        single += [("value", self.value_column), ("event", self.event_column)]
        single += [("population", self.population_column)]
        many = [("media channel", self.channel_columns), ("control", self.control_columns)]
        many += [("organic medium", self.organic_columns), ("treatment", tuple(self.treatment_columns))]
        return [(role, column) for role, column in single if column] + [
            (role, column) for role, columns in many for column in columns
        ]

    def _role_faults(self) -> list[str]:
        faults, seen = [], dict[str, str]()
        for role, column in self._roles():
            if column in seen:
                faults.append(f"Column '{column}' is used twice: as {seen[column]} and as {role}.")
            seen.setdefault(column, role)
        for channel, pair in self.reach_frequency.items():
            for role, column in zip(("reach", "frequency"), pair, strict=True):
                own = f"{role} of '{channel}'"
                if column in seen and not (role == "reach" and column == channel):
                    faults.append(f"Column '{column}' is used twice: as {seen[column]} and as {own}.")
                seen[column] = own
        if not self.channel_columns:
            faults.append("Choose at least one media channel column.")
        if self.use_geo and not self.geo_column:
            faults.append("use_geo needs a geo_column.")
        return faults

    def _number_faults(self) -> list[str]:
        limits, faults = ConfigLimits(), []
        if len(self.channels) > limits.channels:
            faults.append(
                f"At most {limits.channels} media channels can be fitted, not {len(self.channels)}."
            )
        if self.max_lag is not None and not 1 <= self.max_lag <= limits.max_lag:
            faults.append(f"max_lag must lie between 1 and {limits.max_lag} periods, not {self.max_lag}.")
        if self.holdout < 0:
            faults.append(f"holdout is a number of periods and cannot be negative: {self.holdout}.")
        if self.value_per_unit is not None and self.value_per_unit <= 0:
            faults.append(f"value_per_unit must be positive, not {self.value_per_unit}.")
        if self.knot_weeks < 1 or self.season_pairs < 0:
            faults.append("knot_weeks must be at least 1 and season_pairs at least 0.")
        return faults

    def _reference_faults(self) -> list[str]:
        named: list[tuple[str, Iterable[str]]] = [
            ("spend_columns", self.spend_columns),
            ("reach_frequency", self.reach_frequency),
            ("priors", self.priors.channels),
            ("lift_tests", [test.channel for test in self.lift_tests]),
        ]
        for field_name in ("adstock", "saturation"):
            value = getattr(self, field_name)
            named.append((field_name, value if isinstance(value, Mapping) else ()))
        faults = [
            f"{where} names '{channel}', which is not a media channel."
            for where, channels in named
            for channel in channels
            if channel not in self.channels
        ]
        return faults + self._money_faults()

    def _money_faults(self) -> list[str]:
        on_roas = [name for name, prior in self.priors.channels.items() if prior.on_roas]
        faults = [
            f"'{name}' is an organic medium: it has no spend and cannot carry a ROAS prior."
            for name in on_roas
            if name in self.organic_columns
        ]
        if on_roas and not self.kpi_is_money:
            faults.append(
                "A ROAS prior needs a KPI in money: set value_column or value_per_unit, or kpi_kind 'money'."
            )
        return faults

    @property
    def kpi_is_money(self) -> bool:
        """Whether contributions can be expressed in money."""
        return self.kpi_kind == KpiKind.MONEY or bool(self.value_column or self.value_per_unit)

    @property
    def frequency_channels(self) -> tuple[str, ...]:
        """The channels with reach and frequency, in the order of `channels`."""
        return tuple(channel for channel in self.channels if channel in self.reach_frequency)

    @property
    def channels(self) -> tuple[str, ...]:
        """Media channels, paid first, then organic."""
        return tuple(self.channel_columns) + tuple(self.organic_columns)

    def adstock_of(self, channel: str) -> Adstock:
        """The carry-over shape of one channel."""
        return (
            self.adstock.get(channel, Adstock.GEOMETRIC)
            if isinstance(self.adstock, Mapping)
            else self.adstock
        )

    def saturation_of(self, channel: str) -> Saturation:
        """The saturation shape of one channel."""
        chosen = self.saturation
        return chosen.get(channel, Saturation.HILL) if isinstance(chosen, Mapping) else chosen

    def shape_prior(self, channel: str, parameter: Parameter) -> tuple[float, float]:
        """Typical value and width of the prior of a parameter of a channel's carry-over or saturation."""
        own = self.priors.of(channel)
        typical, width = parameter.fields_of_prior(on_frequency=channel in self.reach_frequency)
        return getattr(own, typical), getattr(own, width)

    def label(self, column: str) -> str:
        """The name a reader sees for a column."""
        return self.display_names.get(column, column)

    def to_json(self) -> str:
        """The configuration as a JSON text that `from_json` reads back to an equal configuration."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> MMMConfig:
        """The configuration written by `to_json`; unknown fields raise UserError."""
        raw = json.loads(text)
        unknown = sorted(set(raw) - {f.name for f in fields(cls)})
        if unknown:
            raise UserError(f"The configuration has unknown fields: {', '.join(unknown)}.")
        priors = dict(raw.pop("priors", {}))
        channels = {name: ChannelPrior(**values) for name, values in priors.pop("channels", {}).items()}
        tests = tuple(LiftTest(**test) for test in raw.pop("lift_tests", ()))
        return cls(priors=Priors(channels=channels, **priors), lift_tests=tests, **raw)
