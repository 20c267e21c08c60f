"""Everything that can be adjusted, folded away by subject; only what is open is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.data import ColumnRole, KpiKind
from core.data.calendar import detect_frequency
from core.mmm.config import MMMConfig
from pages.data.upload.mapping_editor import choose_measure, edit_mapping
from pages.measure.model.baseline import adjust_baseline, adjust_regions, adjust_value
from pages.measure.model.channels import adjust_channels, adjust_window, tune_channel
from pages.measure.model.option import advanced
from pages.measure.model.preview import show_channel_shapes, show_shares
from pages.measure.model.reach import adjust_beliefs, adjust_lift_tests, adjust_reach, contact_columns
from pages.measure.model.sampling import adjust_sampling, sampling_adjusted
from pages.measure.model.state import STANDARD, Path, SetUp, as_far_as_possible, configured
from pages.shared.layout import section

Draw = Callable[[SetUp, pd.DataFrame, MMMConfig], None]
BASELINE_PRIORS = (
    *("intercept_sd", "slope_sd", "slope_change_sd", "season_sd", "weekday_sd", "control_sd"),
    *("event_sd", "treatment_sd", "outlier_sd", "noise_sd"),
)
MEDIA_PRIORS = ("media_share_mean", "media_share_sd", "spend_tilt", "share_concentration")


@dataclass(frozen=True)
class Subject:
    """One folded part: `draw` shows it; it is adjusted where something is kept under one of `paths`."""

    name: str
    label: str
    icon: str
    draw: Draw
    paths: tuple[Path, ...] = ()

    def adjusted(self, set_up: SetUp) -> bool:
        """Whether anything in it differs from its default."""
        own = self.name == "sampling" and sampling_adjusted(set_up)
        return own or any(set_up.value(path, None) is not None for path in self.paths)

    def reset(self, set_up: SetUp) -> None:
        """Everything in it back to its default."""
        if self.name == "sampling":
            set_up.sampling = dict(STANDARD)
        set_up.forget(self.paths)


def adjust_all(set_up: SetUp, frame: pd.DataFrame) -> None:
    """The folded parts in the order in which a model is thought of."""
    section("Adjust", "Nothing here has to be touched: the defaults suit most weekly data.")
    before = [subject.adjusted(set_up) for subject in SUBJECTS]
    with st.expander(
        "Columns and roles", icon=":material/table_rows:", key="fold:columns", on_change="rerun"
    ) as place:
        if place.open:
            preview = frame.head(50).astype(str)
            set_up.mapping = edit_mapping(set_up.mapping, preview, key=set_up.key("roles"))
            with st.container(horizontal=True):
                kind = st.segmented_control(
                    "The KPI is",
                    list(KpiKind),
                    default=set_up.mapping.kpi_kind,
                    required=True,
                    format_func={KpiKind.MONEY: "Money", KpiKind.COUNT: "A count"}.__getitem__,
                    help="Money: revenue, margin; returns are in money. A count: orders, visits; "
                    "say what one is "
                    "worth under “Season, trend, holidays”, or by a column, and returns are in money, too.",
                    key=set_up.key("kpi_kind"),
                )
                set_up.mapping = set_up.mapping.replace(kpi_kind=kind)
                if set_up.mapping.pairs:
                    set_up.mapping = set_up.mapping.replace(
                        media_measure=choose_measure(set_up.mapping, key=set_up.key("measure"))
                    )
    for subject in SUBJECTS:
        config = as_far_as_possible(set_up, frame)
        if config is None or not _applies(subject, set_up, frame, config):
            continue
        with _folded(set_up, subject) as is_open:
            if is_open:
                subject.draw(set_up, frame, config)
    if before != [subject.adjusted(set_up) for subject in SUBJECTS]:
        st.rerun()  # The marks stand above what was just changed.


def _applies(subject: Subject, set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> bool:
    if subject.name == "regions":
        return bool(config.geo_column)
    return subject.name != "reach" or len(contact_columns(set_up, frame)) > 1


@contextmanager
def _folded(set_up: SetUp, subject: Subject) -> Iterator[bool]:
    adjusted = subject.adjusted(set_up)
    label = f"{subject.label}{' :blue-badge[adjusted]' if adjusted else ''}"
    with _expander(f"fold:{subject.name}", label, subject.icon) as place:
        yield bool(place.open)
        if place.open and adjusted:
            st.button(
                "Reset this part",
                icon=":material/restart_alt:",
                type="tertiary",
                key=f"reset:{subject.name}",
                on_click=subject.reset,
                args=(set_up,),
            )


def _expander(key: str, label: str, icon: str) -> Any:
    """An expander that stays open when its label changes, which otherwise makes it a new one."""
    kept = f"{key}:shown"
    before, _ = st.session_state.get(kept, (label, False))
    if kept not in st.session_state or before != label:
        st.session_state[kept] = label, bool(st.session_state.get(key, False))
    return st.expander(label, st.session_state[kept][1], key=key, icon=icon, on_change="rerun")


def _regions(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    adjust_regions(set_up)


def _baseline(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    if config.kpi_kind == KpiKind.COUNT and not set_up.mapping.columns_of(ColumnRole.VALUE_PER_UNIT):
        adjust_value(set_up, config)
    adjust_baseline(set_up, frame, config)


def _beliefs(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    adjust_beliefs(set_up, config)
    now, _ = configured(set_up, frame)
    if now:
        show_shares(set_up, frame, now)


def _channels(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    adjust_channels(set_up, config)
    dates = pd.DatetimeIndex(pd.to_datetime(frame[config.date_column]).drop_duplicates().sort_values())
    frequency = detect_frequency(dates)
    adjust_window(
        set_up,
        frequency.default_max_lag if frequency else None,
        frequency.noun if frequency else "period",
    )
    now, _ = configured(set_up, frame)
    if now:
        show_channel_shapes(set_up, frame, now)
    with advanced("channels") as place:
        if place.open:
            tune_channel(set_up, frame, now or config)


def _reach(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    adjust_reach(set_up, config, contact_columns(set_up, frame))


def _lift(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    geo = config.geo_column
    regions = sorted(frame[geo].astype(str).unique()) if geo and config.use_geo else []
    adjust_lift_tests(set_up, config, regions)


def _sampling(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> None:
    adjust_sampling(set_up, int(frame[config.date_column].nunique()))


SUBJECTS = (
    Subject("regions", "Regions", ":material/map:", _regions, (("use_geo",), ("priors", "geo_spread"))),
    Subject(
        "baseline",
        "Season, trend, holidays",
        ":material/calendar_month:",
        _baseline,
        (
            *(("trend",), ("knot_weeks",), ("season_pairs",), ("holidays_country",), ("outliers",)),
            *(("ordinary_dates",), ("treatments",), ("value_per_unit",)),
            *(("priors", name) for name in BASELINE_PRIORS),
        ),
    ),
    Subject(
        "beliefs",
        "What you believe about media",
        ":material/psychology:",
        _beliefs,
        tuple(("priors", name) for name in MEDIA_PRIORS),
    ),
    Subject(
        "channels",
        "Carry-over, saturation and returns by channel",
        ":material/show_chart:",
        _channels,
        (("adstock",), ("saturation",), ("max_lag",), ("priors", "channels")),
    ),
    Subject("reach", "Reach and frequency", ":material/groups:", _reach, (("reach_frequency",),)),
    Subject("lift", "Lift tests", ":material/science:", _lift, (("lift_tests",),)),
    Subject("sampling", "Holdout and sampling", ":material/tune:", _sampling, (("holdout",),)),
)
