"""The files the facts are made of: what each holds, how good it is, what to do with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import streamlit as st

from core.access import Membership, Permission, Person
from core.data.problems import DataProblem, problem_table
from core.database import session
from core.json_values import from_json
from core.promo.ingest.file_info import FileStatus, SalesFileInfo
from core.promo.store import files as facts
from pages.shared.actions import FAILED, attempt, offer_undo
from pages.shared.escape import plain
from pages.shared.formatting import day, size
from pages.shared.layout import NO_EXPORTS, empty_state
from pages.shared.screens import Screen, go
from pages.shared.session import may

BADGES = {
    FileStatus.QUEUED: ("Waiting", "gray", ":material/schedule:"),
    FileStatus.PROCESSING: ("Being read", "blue", ":material/progress_activity:"),
    FileStatus.CURRENT: ("In use", "green", ":material/check:"),
    FileStatus.REPLACED: ("Replaced", "gray", ":material/swap_horiz:"),
    FileStatus.WITHDRAWN: ("Withdrawn", "orange", ":material/block:"),
    FileStatus.FAILED: ("Not loaded", "red", ":material/error:"),
}
PARTS = {
    "completeness": "No gaps in cells or days",
    "accuracy": "Values that can be true",
    "consistency": "Columns that agree with each other",
    "timeliness": "How recent the last day is",
}
COUNTING = (FileStatus.CURRENT, FileStatus.QUEUED, FileStatus.PROCESSING)
OPEN = (*COUNTING, FileStatus.FAILED)


def show_files(person: Person, project: Membership, files: Sequence[SalesFileInfo]) -> None:
    """Files that count or may yet count, then those that were replaced or withdrawn."""
    if not files:
        no_sales(project)
        return
    for info in (info for info in files if info.status in OPEN):
        _file(person, project, info, files)
    past = [info for info in files if info.status not in OPEN]
    if past:
        with st.expander(f"Replaced and withdrawn files ({len(past)})", key="past_files", on_change="rerun"):
            st.caption("They are removed for good 30 days after they ceased to count.")
            for info in past:
                _file(person, project, info, files)


def no_sales(project: Membership, working: bool = False) -> None:
    """No sales yet: what a file should hold, and the way to bring it; while one is read, just that."""
    if working:
        st.caption("The sales appear here as soon as the files are read.")
        return
    uploads = may(project, Permission.DATASET_UPLOAD)
    empty_state(
        "No sales yet",
        "A file of sales has one line per day, sales channel and department (or finer): sales, margin, units "
        "and what was on promotion at which discount. The shop's own words and headers are recognised."
        if uploads
        else "Nobody has brought sales to this project yet.",
        icon=":material/storefront:",
        button="Upload sales" if uploads else None,
        screen=Screen.UPLOAD,
        key="no_sales",
    )


def _file(person: Person, project: Membership, info: SalesFileInfo, files: Sequence[SalesFileInfo]) -> None:
    with st.container(border=True, key=f"sales_file_{info.id}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            with st.container(gap="xxsmall", width="stretch"):
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    st.text(info.name, width="content")
                    words, colour, icon = BADGES[info.status]
                    st.badge(words, color=colour, icon=icon)  # type: ignore[arg-type]
                st.caption(plain(_facts(info, files)))
            if info.quality_score is not None:
                st.metric("Quality", f"{info.quality_score:.0f}", width="content", help="0 to 100")
            _deeds(project, info, files)
        if info.report:
            with st.expander("Quality and findings", key=f"quality_{info.id}", on_change="rerun") as details:
                if details.open:
                    show_parts(info.report.get("parts", {}))
                    findings = [from_json(DataProblem, found) for found in info.report.get("findings", ())]
                    if findings:
                        st.dataframe(
                            problem_table(findings), hide_index=True, alt="Every finding with its place"
                        )
                    else:
                        st.caption("Nothing to complain about in this file.")
                    _rejected(person, project, info)


def _facts(info: SalesFileInfo, files: Sequence[SalesFileInfo]) -> str:
    if info.status is FileStatus.FAILED:
        return info.sentence
    words = _read_words(info) if info.report else []
    replaced = next((other.name for other in files if other.id == info.replaces_id), None)
    words += [f"replaces {replaced}"] if replaced else []
    return " · ".join([*words, size(info.bytes), f"by {info.uploaded_by}, {day(info.created_at.date())}"])


def _read_words(info: SalesFileInfo) -> list[str]:
    """Rows and days of a file that was read."""
    words = [f"{info.rows_read:,} rows"]
    words += [f"{info.rows_rejected:,} rejected"] if info.rows_rejected else []
    first, last = (info.report.get(name) for name in ("first_on", "last_on"))
    if first and last:
        words.append(f"{day(dt.date.fromisoformat(first))} to {day(dt.date.fromisoformat(last))}")
    return words


def _deeds(project: Membership, info: SalesFileInfo, files: Sequence[SalesFileInfo]) -> None:
    if not may(project, Permission.DATASET_UPLOAD):
        return
    if info.status is FileStatus.CURRENT:
        if st.button("Replace", key=f"replace_{info.id}", icon=":material/swap_horiz:"):
            go(Screen.UPLOAD, replaces=info.id)
        if st.button("Withdraw", key=f"withdraw_{info.id}", type="tertiary"):
            withdraw(info)
    elif _may_return(info, files) and st.button("Bring back", key=f"restore_{info.id}"):
        restore(info)


def _may_return(info: SalesFileInfo, files: Sequence[SalesFileInfo]) -> bool:
    """A withdrawn file may; a replaced one where none of its corrections counts any more."""
    if info.status is FileStatus.REPLACED:
        return not _corrected(info, files)
    return info.status is FileStatus.WITHDRAWN


def _corrected(info: SalesFileInfo, files: Sequence[SalesFileInfo]) -> bool:
    """Whether a correction of the file counts, or is about to, or one of that correction."""
    corrections = [other for other in files if other.replaces_id == info.id]
    return any(one.status in COUNTING or _corrected(one, files) for one in corrections)


def withdraw(info: SalesFileInfo) -> None:
    """Take the file's rows out of the facts; the bar on top undoes it."""
    if attempt(facts.withdraw_file, info.id) is not FAILED:
        offer_undo(f"“{info.name}” no longer counts.", facts.restore_file, info.id)
        st.rerun()


def restore(info: SalesFileInfo) -> None:
    """Let a withdrawn file's rows count again."""
    if attempt(facts.restore_file, info.id, done=f"“{info.name}” counts again") is not FAILED:
        st.rerun()


def show_parts(parts: Mapping[str, float]) -> None:
    """The parts of the quality score side by side."""
    with st.grid(4, min_column_width=150):
        for name, value in sorted(parts.items(), key=lambda part: [*PARTS, part[0]].index(part[0])):
            with st.container(gap="xxsmall"):
                st.progress(min(max(value / 100, 0.0), 1.0), text=f"{name.capitalize()} {value:.0f}")
                st.caption(PARTS.get(name, ""))


def _rejected(person: Person, project: Membership, info: SalesFileInfo) -> None:
    if not info.has_rejected:
        return
    allowed = may(project, Permission.EXPORT_DOWNLOAD)

    def rows() -> bytes:
        # Asked for later than the page was made: the store looks at the membership of that moment.
        with session() as s:
            return facts.rejected(s, person, info.id)

    st.download_button(
        f"Rejected rows ({info.rows_rejected:,})",
        data=rows,
        file_name=f"rejected-{info.name.rsplit('.', 1)[0]}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"rejected_{info.id}",
        on_click="ignore",
        disabled=not allowed,
        help=None if allowed else NO_EXPORTS,
    )
