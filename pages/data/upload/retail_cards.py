"""One card for each retail file: what it was taken for and why, and everything that can be corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.access import Membership, Permission, Person
from core.data import DatasetKind
from core.database import session
from core.promo.ingest.file_info import FileStatus, SalesFileInfo, UploadedFile
from core.promo.ingest.mapping import SalesMapping
from core.promo.store import files as facts
from core.promo.store import reference
from core.promo.store import uploads as handing_in
from pages.data.upload.files import Upload
from pages.data.upload.mapping_editor import KIND_LABELS
from pages.data.upload.retail_columns import edit_sales
from pages.data.upload.retail_looks import RETAIL, FilePreview
from pages.shared.actions import FAILED, attempt, toast_next
from pages.shared.escape import plain
from pages.shared.formatting import size
from pages.shared.screens import Screen, chosen_uuid, go
from pages.shared.session import may

KINDS = (*RETAIL, DatasetKind.MIX)
NEW = "A new file: its sales are added"
HIDDEN = {"mechanics"}


NOUNS = {
    DatasetKind.SALES: ("file of sales", "files of sales"),
    DatasetKind.PROMO_CATALOG: ("catalogue", "catalogues"),
    DatasetKind.TARGETS: ("table of targets", "tables of targets"),
    DatasetKind.SEGMENTS: ("table of segments", "tables of segments"),
}


def remembered_mappings(person: Person, project_id: int) -> tuple[SalesMapping, ...]:
    """How earlier files of the project were read."""
    with session() as s:
        return facts.remembered_mappings(s, person, project_id)


def show_retail(person: Person, project: Membership, upload: Upload, looks: Sequence[FilePreview]) -> None:
    """The bar that loads everything, and below it a card for each file."""
    present = present_of(person, project.project_id)
    _suggest_replaced(looks, present)
    # Drawn above, filled last: what is changed in the cards decides about the button.
    above = st.container()
    show_previews(upload, looks, present)
    with above:
        offer_loading(upload, project, looks)


def _suggest_replaced(looks: Sequence[FilePreview], present: Present) -> None:
    """The file in the address is the one that a single new file of sales corrects."""
    asked, sales = chosen_uuid("replaces"), [look for look in looks if look.kind is DatasetKind.SALES]
    if asked is not None and len(sales) == 1 and asked in {info.id for info in present.current}:
        sales[0].replaces = sales[0].replaces or asked


def present_of(person: Person, project_id: int) -> Present:
    """What the project holds already."""
    with session() as s:
        return Present(
            files=facts.sales_files(s, person, project_id),
            targets=len(reference.targets(s, person, project_id)),
            segments=len(reference.segments(s, person, project_id)),
            catalog=tuple(reference.catalog(s, person, project_id)["source_file"].dropna().unique()),
        )


def load_files(s: Any, person: Person, project_id: int, looks: Sequence[FilePreview]) -> bool:
    """Keeps the tables and hands the sales in, all or nothing; whether there is a job now."""
    for look in looks:
        if look.kind is DatasetKind.TARGETS:
            reference.save_targets(s, person, project_id, look.table)
        elif look.kind is DatasetKind.SEGMENTS:
            reference.save_segments(s, person, project_id, look.table)
        elif look.kind is DatasetKind.PROMO_CATALOG:
            reference.save_catalog(s, person, project_id, look.table, look.source.name)
    sales = [
        UploadedFile(look.source.name, look.source.content, look.mapping, look.replaces)
        for look in looks
        if look.kind is DatasetKind.SALES and look.mapping is not None
    ]
    if sales:
        handing_in.hand_in(s, person, project_id, sales)
    return bool(sales)


def offer_loading(upload: Upload, project: Membership, looks: Sequence[FilePreview]) -> None:
    """The bar with the button; what stands in the way is said beside it."""
    reason = blocked_by(looks, project)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="load_bar"):
        st.markdown(f"**{plain(counted(looks))}**", width="stretch")
        if reason:
            st.caption(f":red[{plain(reason)}]")
        pressed = st.button(
            "Load into the project",
            type="primary",
            icon=":material/database_upload:",
            disabled=bool(reason),
            help=reason or None,
            key="load_retail",
        )
    if pressed:
        working = attempt(load_files, project.project_id, list(looks))
        if working is not FAILED:
            _loaded(upload, looks, bool(working))


def blocked_by(looks: Sequence[FilePreview], project: Membership) -> str:
    """Why the files cannot be loaded yet; empty when they can."""
    kinds = {look.kind for look in looks}
    if DatasetKind.TARGETS in kinds and not may(project, Permission.PLAN_EDIT):
        return "Your role in this project does not change targets."
    for kind in (DatasetKind.TARGETS, DatasetKind.SEGMENTS):
        if sum(look.kind is kind for look in looks) > 1:
            return f"There are several {NOUNS[kind][1]}: keep one."
    catalogues = Counter(look.source.name for look in looks if look.kind is DatasetKind.PROMO_CATALOG)
    if twice := next((name for name, count in catalogues.items() if count > 1), ""):
        # A catalogue takes the place of an earlier one of its file name: of these, one alone would be left.
        return f"Two catalogues are called {twice}: rename one of them."
    waiting = [look.source.name for look in looks if not look.ready]
    return f"First settle {', '.join(waiting[:3])}." if waiting else ""


def counted(looks: Sequence[FilePreview]) -> str:
    """'2 files of sales, 1 catalogue'."""
    parts = []
    for kind, (one, many) in NOUNS.items():
        count = sum(look.kind is kind for look in looks)
        parts += [f"{count} {one if count == 1 else many}"] if count else []
    return ", ".join(parts)


def _loaded(upload: Upload, looks: Sequence[FilePreview], working: bool) -> None:
    """The files leave the upload; the next screen shows how the work goes on."""
    upload.let_go({look.source.file_id for look in looks})
    if not working:
        toast_next("Loaded into the project", ":material/check_circle:")
    if not upload.sources:
        go(Screen.SALES)
    st.rerun()


@dataclass(frozen=True)
class Present:
    """What the project holds that a new file could replace."""

    files: Sequence[SalesFileInfo]
    targets: int
    segments: int
    catalog: Sequence[str]

    @property
    def current(self) -> list[SalesFileInfo]:
        """The files whose sales count."""
        return [info for info in self.files if info.status is FileStatus.CURRENT]


def show_previews(upload: Upload, looks: Sequence[FilePreview], present: Present) -> None:
    """All cards, open where something is missing."""
    for look in looks:
        with st.container(border=True, key=f"look_{look.source.file_id}", gap="small"):
            found = look.inspection
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                with st.container(gap="xxsmall", width="stretch"):
                    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                        st.text(look.source.name, width="content")
                        st.badge(KIND_LABELS[look.kind], color="green" if look.ready else "orange")
                    st.caption(plain(f"{_why(look)} {_effect(look, present)}".strip()))
                chosen = st.selectbox(
                    "Read it as",
                    KINDS,
                    index=KINDS.index(look.kind),
                    format_func=KIND_LABELS.__getitem__,
                    key=f"kind:{look.source.file_id}",
                    label_visibility="collapsed",
                    width=210,
                )
            if len(found.sheets) > 1 and look.kind is DatasetKind.SALES:
                _choose_sheet(upload, look)
            if chosen is not look.kind:
                upload.kinds[look.source.file_id] = chosen
                st.rerun()
            for fault in look.faults if look.kind is not DatasetKind.SALES else ():
                st.markdown(f":red[:material/error:] {plain(fault)}")
            if look.kind is DatasetKind.SALES:
                _sales(upload, look, present)
            else:
                _reference(look)


def _why(look: FilePreview) -> str:
    found = look.inspection
    rows = f"about {found.rows_expected:,} rows" if look.table is None else f"{len(look.table):,} rows"
    reason = f"{found.kind_reason[:1].upper()}{found.kind_reason[1:]}."
    told = "Read like an earlier file with the same headers." if found.remembered else reason
    return f"{rows[:1].upper()}{rows[1:]}, {size(len(look.source.content))}. {told}"


def _choose_sheet(upload: Upload, look: FilePreview) -> None:
    every = "All sheets with these headers"
    options, before = [every, *look.inspection.sheets], upload.sheets.get(look.source.file_id)
    chosen = st.selectbox(
        "Sheet", options, index=options.index(before) if before in options else 0,
        key=f"sales_sheet:{look.source.file_id}", width=320,
    )  # fmt: skip
    wanted = None if chosen == every else chosen
    if wanted == before:
        return
    if wanted is None:
        upload.sheets.pop(look.source.file_id, None)
    else:
        upload.choose_sheet(look.source, wanted)
    st.rerun()


def _sales(upload: Upload, look: FilePreview, present: Present) -> None:
    _choose_replaced(look, present)
    open_words = [word for word, said in look.draft.channels.items() if said is None]
    broken = not look.ready or bool(open_words)
    title = "Columns, words and first rows"
    with st.expander(title, expanded=broken, key=f"columns_{look.source.file_id}", on_change="rerun") as more:
        if more.open:
            edit_sales(look, upload.generation)
            st.caption("First rows")
            st.dataframe(look.inspection.sample.head(6), alt=f"First rows of {look.source.name}")
    for fault in look.faults:
        st.markdown(f":red[:material/error:] {plain(fault)}")


def _choose_replaced(look: FilePreview, present: Present) -> None:
    """Whether the file corrects an earlier one; the same name, or the one in the address, is suggested."""
    if not present.current:
        look.replaces = None
        return
    names = {info.id: f"It replaces {info.name}" for info in present.current}
    options = [None, *names]
    suggested = look.replaces or next(
        (info.id for info in present.current if info.name == look.source.name), None
    )
    look.replaces = st.selectbox(
        "This file",
        options,
        index=options.index(suggested) if suggested in options else 0,
        format_func=lambda number: names.get(number, NEW),
        key=f"replaces:{look.source.file_id}",
        width=420,
    )
    overlap = _same_days(look, present) if look.replaces is None else None
    if overlap:
        st.caption(
            f":orange[:material/warning:] {plain(overlap)} holds sales of these days too. Both are added up "
            "unless this file replaces it."
        )


def _same_days(look: FilePreview, present: Present) -> str | None:
    """A file that counts and holds the first day of this one."""
    mapping = look.mapping
    if mapping is None:
        return None
    first = first_day(look.inspection.sample, mapping.columns)
    for info in present.current:
        begins, ends = info.report.get("first_on"), info.report.get("last_on")
        if first and begins and ends and begins <= first <= ends:
            return info.name
    return None


def first_day(sample: pd.DataFrame, columns: object) -> str | None:
    """The earliest day of the first rows as an ISO date; None where none can be read."""
    from core.data.dates import read_dates
    from core.promo.ingest.mapping import SalesColumn

    header = columns.get(SalesColumn.DATE)  # type: ignore[attr-defined]
    if header not in sample:
        return None
    read = pd.DatetimeIndex(read_dates([str(text) for text in sample[header]], None).values).dropna()
    return None if read.empty else str(read.min().date())


def _reference(look: FilePreview) -> None:
    if look.table is None:
        return
    with st.expander("First rows", key=f"rows_{look.source.file_id}"):
        shown = look.table.drop(columns=[name for name in HIDDEN if name in look.table])
        st.dataframe(shown.head(8), hide_index=True, alt=f"First rows of {look.source.name}")


def _effect(look: FilePreview, present: Present) -> str:
    """What loading a file does to what is there; sales say so in a choice of their own."""
    if look.kind is DatasetKind.SALES or look.table is None:
        return ""
    if look.kind is DatasetKind.TARGETS:
        return (
            f"Replaces the {present.targets} targets there are." if present.targets else "The first targets."
        )
    if look.kind is DatasetKind.SEGMENTS:
        had = present.segments
        return f"Replaces the {had} segments there are." if had else "The first segments."
    if look.source.name in present.catalog:
        return "Replaces what the file of the same name brought."
    return "Added to the catalogue." if present.catalog else "The first catalogue."
