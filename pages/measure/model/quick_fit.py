"""The draft answer: what the data say under the set-up as it stands, before anything is trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from core.charts.formats import MISSING, Wording, percent
from core.data.dataset_info import DatasetInfo
from core.errors import UserError
from core.mmm import fit_quick
from core.mmm.config import MMMConfig
from core.mmm.fitted import FittedMMM
from core.mmm.model.structure import Structure
from core.mmm.model_info import ModelInfo
from core.mmm.quick_fit.model import quick_fit_of
from core.mmm.quick_fit.proposal import Approximation
from core.mmm.quick_fit.result import QuickFitResult, answer_of, difference_words, differences
from core.mmm.quick_fit.settings import expected_draft_seconds
from core.mmm.results.evidence import Estimate
from core.mmm.results.summary import wording_for
from core.queue.job import JobStatus
from pages.measure.model.labels import duration_words
from pages.measure.model.sampling import cells_of
from pages.measure.model.state import SetUp
from pages.shared.escape import plain
from pages.shared.layout import KpiCard, kpi_row, section

AT_ONCE = 6.0  # a draft that is expected to take longer waits until somebody asks for it
GOOD_K = Approximation().usable_k
ABOUT = "What the data say under this set-up, before any training; it follows every change of the settings."


# One thread: a draft keeps one core busy for its second, and the other screens need the rest.
_WORKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="draft")
LONGEST = 12.0  # seconds a screen waits for a draft: a machine may be busy, or still compile
_BEAT = 0.1  # seconds between two looks at whether a newer change has come


@dataclass
class _Known:
    """The structure of the latest draft on one table, so that the next need not read it again."""

    structure: Structure | None = None


def drafted(info: DatasetInfo, frame: pd.DataFrame, config: MMMConfig) -> QuickFitResult | None:
    """The draft of a set-up, kept by its data and configuration; None where it is not ready after a while.

    Raises DatasetProblem and UserError as `fit_quick` does. While it waits, a newer change of the form ends
    the run; the draft is then not begun, unless it is under way already.
    """
    key = (info.project_id, info.cache_key, config.to_json())
    while True:
        asked = _asked(*key, frame)
        try:
            _wait(asked)
        except BaseException:
            if asked.cancel():
                _asked.clear(*key, frame)
            raise
        if not asked.done():
            return None
        if not asked.cancelled():
            return asked.result()
        # Another browser had asked for the same and gave up.
        _asked.clear(*key, frame)


def draft_of_model(project_id: int, cache_key: str, model: FittedMMM) -> QuickFitResult:
    """The draft that a trained model's set-up would have had, on the data it was trained on."""
    return _looked_back(project_id, cache_key, model)


def _wait(asked: Future[QuickFitResult]) -> None:
    """Until it is done, or has taken too long; each beat tells the screen, which is where Streamlit lets a
    newer run take over."""
    begun = time.monotonic()
    if asked.done():
        return
    with st.empty():
        while not asked.done() and time.monotonic() - begun < LONGEST:
            st.caption(":material/hourglass_top: The draft is being made …")
            wait([asked], timeout=_BEAT)
        st.empty()


@st.cache_resource(max_entries=64, show_spinner=False)
def _asked(project_id: int, cache_key: str, config: str, _frame: pd.DataFrame) -> Future[QuickFitResult]:
    return _WORKER.submit(_answer, _known(project_id, cache_key), config, _frame)


@st.cache_resource(max_entries=8, show_spinner=False)
def _known(project_id: int, cache_key: str) -> _Known:
    return _Known()


def _answer(known: _Known, config: str, frame: pd.DataFrame) -> QuickFitResult:
    draft = fit_quick(frame, MMMConfig.from_json(config), known=known.structure)
    known.structure = draft.structure
    return answer_of(draft)


@st.cache_resource(max_entries=24, show_spinner="Making the draft")
def _looked_back(project_id: int, cache_key: str, _model: FittedMMM) -> QuickFitResult:
    return _WORKER.submit(lambda: answer_of(quick_fit_of(_model.structure))).result()


@dataclass(frozen=True)
class ComparedModel:
    """The trained model that a draft is set beside; `same` whether it has the same data and set-up."""

    info: ModelInfo
    same: bool

    @property
    def words(self) -> str:
        """Which model it is."""
        return f"“{self.info.name}”, {'the same set-up' if self.same else 'another set-up or data'}"


def show_draft(
    set_up: SetUp, frame: pd.DataFrame, config: MMMConfig | None, blocked: str, models: Sequence[ModelInfo]
) -> None:
    """The panel; drawn last, so that the form can be used while a draft is on its way."""
    section("Draft answer", ABOUT)
    if config is None or blocked:
        st.caption("It appears once the errors above are mended.")
        return
    _panel(set_up, frame, config, compared_model(models, set_up, config))


@st.fragment
def _panel(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig, beside: ComparedModel | None) -> None:
    if not _wanted(set_up, frame, config):
        return
    with st.container(border=True, key="draft_answer"):
        try:
            answer = drafted(set_up.dataset, frame, config)
        except UserError as problem:
            for fault in problem.faults:
                st.caption(plain(fault))
            return
        if answer is None:
            st.caption("The machine is busy: the draft takes longer than usual.")
            st.button("Look again", icon=":material/refresh:", key=set_up.key("draft_again"))
            return
        words = _wording(set_up, config)
        show_badges(answer)
        told = (
            differences(answer, beside.info.results["channel_summary"])
            if beside and beside.info.results
            else None
        )
        kpi_row(_figures(answer, words, told, beside), columns=3)
        table = draft_table(answer, words, told)
        st.dataframe(
            table, hide_index=True, key="draft_channels", alt="The draft's share and return by channel"
        )
        st.caption(f"90 % intervals, over all data. {_how_far(answer)}")


def _wanted(set_up: SetUp, frame: pd.DataFrame, config: MMMConfig) -> bool:
    """Whether the draft is to be made: at once where it is quick, else when it was asked for."""
    geos = frame[config.geo_column].nunique() if config.use_geo and config.geo_column else 1
    parameters = len(config.channels) * (5 + geos) + geos
    seconds = expected_draft_seconds(cells_of(frame, config), parameters)
    if seconds <= AT_ONCE:
        return True
    label = f"Make the draft ({duration_words(seconds)})"
    asked = st.session_state.get(set_up.key("draft_asked"))
    if st.button(label, icon=":material/bolt:", key=set_up.key("draft_button")):
        asked = st.session_state[set_up.key("draft_asked")] = config.to_json()
    return bool(asked == config.to_json())


def compared_model(models: Sequence[ModelInfo], set_up: SetUp, config: MMMConfig) -> ComparedModel | None:
    """The trained model of the same data and set-up, else the latest on any version of this data set."""
    trained = [m for m in models if m.status is JobStatus.COMPLETED and m.results]
    own = [m for m in trained if m.dataset_name == set_up.dataset.name]
    for info in own:
        if info.dataset_id == set_up.dataset.id and _unnamed(info.mmm_config) == _unnamed(config):
            return ComparedModel(info, True)
    return ComparedModel(own[0], False) if own else None


def _unnamed(config: MMMConfig) -> MMMConfig:
    """The configuration without what only readers see."""
    return replace(config, display_names={})


def show_badges(answer: QuickFitResult) -> None:
    """That it is a draft, how long it took, and whether it is a rough one."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = f"Draft: an approximation in {answer.seconds:.1f} s"
        st.badge(words, color="blue", icon=":material/draft:")
        if not answer.settled:
            st.badge("Rough", color="orange", icon=":material/warning:")
        st.caption("replaced by the full fit", width="content")
    if not answer.settled:
        st.caption(plain(answer.warnings[0]))


def _figures(
    answer: QuickFitResult, words: Wording, told: pd.DataFrame | None, beside: ComparedModel | None
) -> list[KpiCard]:
    share = answer.media_share
    figures = [
        KpiCard("Caused by media", percent(share.mean), _between(share, percent)),
        KpiCard("Fit to the past, R²", f"{answer.r2:.3f}", f"mean error {percent(answer.wmape, 1)}"),
    ]
    if told is None or told.empty or beside is None:
        return [*figures, KpiCard("Full fit to compare", MISSING, "none on these data yet")]
    agree = f"{int(told['agrees'].sum())} of {len(told)}"
    return [*figures, KpiCard("Channels that agree with the full fit", agree, f"of {beside.words}")]


def draft_table(answer: QuickFitResult, words: Wording, told: pd.DataFrame | None) -> pd.DataFrame:
    """A row a channel, as text: share and return with intervals; beside a full fit, its share and the
    difference in words."""
    rows = []
    for row in answer.channels.itertuples():
        share = Estimate(row.share, row.share_lower, row.share_upper)
        roas = Estimate(row.roas, row.roas_lower, row.roas_upper)
        rows.append(
            {
                "Channel": words.label(row.channel),
                f"Share of {words.kpi_label}": f"{percent(share.mean, 1)} ({_between(share, _tenth)})",
                words.return_name: f"{words.per_money(roas.mean)} ({_between(roas, words.per_money)})"
                if roas.known
                else MISSING,
            }
        )
    table = pd.DataFrame(rows)
    if told is None or told.empty:
        return table
    known = told.set_index("channel").reindex(answer.channels["channel"])
    table["Full fit"] = [percent(value, 1) for value in known["full"]]
    pairs = zip(known["shift"], known["width"], strict=True)
    table["Draft against full fit"] = [difference_words(shift, width) for shift, width in pairs]
    return table


def _tenth(share: float) -> str:
    return percent(share, 1)


def _between(estimate: Estimate, write: Callable[[float], str]) -> str:
    return f"{write(estimate.lower)} to {write(estimate.upper)}"


def _how_far(answer: QuickFitResult) -> str:
    """What the draft rests on, in one or two sentences."""
    agree = (
        f"Its random walks {'agree well enough' if answer.settled else 'do not agree yet'} "
        f"(R-hat {answer.r_hat:.2f})."
    )
    if answer.pareto_k <= GOOD_K:
        return f"{agree} The bell shape they start from is close already (Pareto k {answer.pareto_k:.2f})."
    return f"{agree} The bell shape they start from would mislead by itself (Pareto k {answer.pareto_k:.2f})."


def _wording(set_up: SetUp, config: MMMConfig) -> Wording:
    label = set_up.mapping.kpi_label or config.label(config.target_column)
    return wording_for(config, label, config.currency, {}, "period")
