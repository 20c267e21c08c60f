"""One press that brings all retail files of a drop into the project: tables at once, sales as a job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.access import Membership, Permission, Person
from core.data import DatasetKind
from core.database import session
from core.promo.ingest.file_info import UploadedFile
from core.promo.ingest.mapping import SalesMapping
from core.promo.store import files as facts
from core.promo.store import reference
from core.promo.store import uploads as handing_in
from pages.data.upload.retail_cards import Present, show_looks
from pages.data.upload.retail_looks import FilePreview
from pages.data.upload.state import Upload
from pages.shared.actions import FAILED, attempt, toast_next
from pages.shared.escape import plain
from pages.shared.screens import Screen, chosen_uuid, go
from pages.shared.session import may

NOUNS = {
    DatasetKind.SALES: ("file of sales", "files of sales"),
    DatasetKind.PROMO_CATALOG: ("catalogue", "catalogues"),
    DatasetKind.TARGETS: ("table of targets", "tables of targets"),
    DatasetKind.SEGMENTS: ("table of segments", "tables of segments"),
}


def remembered(person: Person, project_id: int) -> tuple[SalesMapping, ...]:
    """How earlier files of the project were read."""
    with session() as s:
        return facts.remembered_mappings(s, person, project_id)


def show_retail(person: Person, project: Membership, upload: Upload, looks: Sequence[FilePreview]) -> None:
    """The bar that loads everything, and below it a card for each file."""
    present = present_of(person, project.project_id)
    _suggest_replaced(looks, present)
    # Drawn above, filled last: what is changed in the cards decides about the button.
    above = st.container()
    show_looks(upload, looks, present)
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


def load_looks(s: Any, person: Person, project_id: int, looks: Sequence[FilePreview]) -> bool:
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
        working = attempt(load_looks, project.project_id, list(looks))
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
