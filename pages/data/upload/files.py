"""Dropping files and reading them: the uploader, the template, the sheet, and the sentence for a bad file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd
import streamlit as st

from core.access import Membership
from core.data import (
    DatasetKind,
    Detection,
    FileProblem,
    Mapping,
    Prepared,
    RawTable,
    Repair,
    detect,
    read_table,
)
from core.data.template import template_csv, template_xlsx
from pages.shared.escape import plain
from pages.shared.layout import Download, download_row

FILE_TYPES = ["csv", "xlsx", "xlsb", "parquet"]
MOST_MB = 200
XLSX_MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class BrowserFile(Protocol):
    """A file as the uploader hands it over."""

    file_id: str
    name: str

    def getvalue(self) -> bytes:
        """The bytes of the file."""


@dataclass(frozen=True)
class SourceFile:
    """One file as it was sent; `file_id` is the browser's name for it, unlike any other."""

    file_id: str
    name: str
    content: bytes = field(repr=False)


@dataclass
class Reading:
    """One file read: the table, what was recognised in it, and the roles a person gave its columns.

    `followed` is the data set version whose roles were taken over, where the file is a next version.
    """

    source: SourceFile
    table: RawTable
    detection: Detection
    mapping: Mapping
    followed: int | None = None


@dataclass
class Upload:
    """The files of one upload and everything that was decided about them so far.

    `generation` names the editors: raising it makes them start again from the present mapping. `kinds` what a
    person said a file is, `looks` what a retailer's files were found to be.
    """

    sources: tuple[SourceFile, ...] = ()
    in_widget: frozenset[str] = frozenset()
    sheets: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, DatasetKind] = field(default_factory=dict)
    looks: dict[Any, Any] = field(default_factory=dict)
    readings: dict[tuple[str, str | None], Reading] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()
    generation: int = 0
    settled: tuple[Any, Prepared] | None = None

    def take(self, files: Sequence[BrowserFile]) -> None:
        """Follow the uploader: files that left it are dropped, new ones are added.

        An uploader that was shown afresh knows nothing of earlier files; those are kept beside the new ones.
        """
        now = frozenset(file.file_id for file in files)
        shown_afresh = bool(now) and now.isdisjoint(self.in_widget)
        kept = [source for source in self.sources if shown_afresh or source.file_id in now]
        known = {source.file_id for source in kept}
        new = [SourceFile(f.file_id, f.name, f.getvalue()) for f in files if f.file_id not in known]
        self.sources, self.in_widget, self.repairs = (*kept, *new), now, ()
        self._forget_others()

    def let_go(self, file_ids: Collection[str]) -> None:
        """These files are done with; the uploader begins anew, the others stay."""
        self.sources = tuple(source for source in self.sources if source.file_id not in file_ids)
        self.in_widget, self.generation = frozenset(), self.generation + 1
        self._forget_others()

    def _forget_others(self) -> None:
        here = {source.file_id for source in self.sources}
        self.readings = {key: reading for key, reading in self.readings.items() if key[0] in here}
        self.looks = {key: look for key, look in self.looks.items() if key[0] in here}

    def read(self, source: SourceFile) -> Reading:
        """The file as a table with its recognised columns, read once; raises FileProblem."""
        key = (source.file_id, self.sheets.get(source.file_id))
        if key not in self.readings:
            table = read_table(source.content, source.name, key[1])
            detection = detect(table)
            self.readings[key] = Reading(source, table, detection, detection.mapping())
        return self.readings[key]

    def choose_sheet(self, source: SourceFile, sheet: str) -> None:
        """Read another sheet of the workbook from now on."""
        self.sheets[source.file_id], self.repairs = sheet, ()

    def settle(self, readings: Sequence[Reading]) -> Prepared:
        """The files as one table under the present mappings and repairs, made once per change."""
        mappings = [reading.mapping for reading in readings]
        key = (
            [r.table.checksum for r in readings],
            [r.table.sheet for r in readings],
            mappings,
            self.repairs,
        )
        if self.settled is None or self.settled[0] != key:
            # Showing and reading files must not wait for the import of the model.
            from core.mmm.prepare import prepare

            tables = [reading.table for reading in readings]
            self.settled = (key, prepare(tables, mappings, self.repairs))
        return self.settled[1]

    def agree(self, *repairs: Repair) -> None:
        """Apply these repairs too from the next look on."""
        self.repairs = (*self.repairs, *(repair for repair in repairs if repair not in self.repairs))

    def withdraw(self, repair: Repair) -> None:
        """Take one agreed repair back."""
        self.repairs = tuple(kept for kept in self.repairs if kept != repair)


def current_upload(project_id: int) -> Upload:
    """The upload this browser is working on in the project; an empty one to begin with."""
    return st.session_state.setdefault(_key(project_id), Upload())


def forget_upload(project_id: int) -> None:
    """Start over: nothing of the present upload is kept."""
    generation = current_upload(project_id).generation + 1
    st.session_state[_key(project_id)] = Upload(generation=generation)


def _key(project_id: int) -> str:
    return f"upload:{project_id}"


def drop_files(upload: Upload, project_id: int, locked: bool = False) -> None:
    """The place to drop files; files of an earlier visit are named and can be let go."""
    key = f"files:{project_id}:{upload.generation}"
    st.file_uploader(
        "Drop one or several files: CSV, Excel (XLSX, XLSB) or Parquet",
        type=FILE_TYPES,
        accept_multiple_files=True,
        max_upload_size=MOST_MB,
        key=key,
        disabled=locked,
        on_change=lambda: upload.take(st.session_state[key]),
    )
    kept = [source.name for source in upload.sources if source.file_id not in upload.in_widget]
    if kept:
        st.caption(f":material/history: Still here from before: {plain(', '.join(kept))}")


def offer_fresh_start(upload: Upload, project_id: int) -> None:
    """Let go of everything that is uploaded and not saved."""
    if upload.sources:
        st.button(
            "Start over",
            icon=":material/restart_alt:",
            key="upload_start_over",
            on_click=forget_upload,
            args=(project_id,),
        )


def offer_template(project: Membership) -> None:
    """What a file should look like, and two filled examples to start from."""
    with st.container(border=True, key="upload_form"):
        st.markdown("**What the file should look like**")
        st.caption(
            "One row per day, week or month (and region): a date, the KPI to explain, one column of spend "
            "per media channel; impressions, prices, competitors and events where you have them. Names are "
            "yours: the columns are recognised, and you can correct every role."
        )
        st.dataframe(_example(), hide_index=True, alt="The first rows of the template")
        download_row(
            project,
            [
                Download("Template CSV", "mixwright-template.csv", "text/csv", template_csv),
                Download("Template Excel", "mixwright-template.xlsx", XLSX_MIME, template_xlsx),
            ],
            key="upload_template",
        )


@st.cache_data(max_entries=1)
def _example() -> pd.DataFrame:
    return read_table(template_csv(), "template.csv").preview(4)


def read_files(upload: Upload, sources: Sequence[SourceFile]) -> tuple[list[Reading], list[str]]:
    """Those of the files that could be read, and one sentence for each fault of those that could not."""
    readings, faults = [], []
    for source in sources:
        try:
            readings.append(upload.read(source))
        except FileProblem as problem:
            faults += [
                (fault if source.name in fault else f"{source.name}: {fault}") for fault in problem.faults
            ]
            # A sheet that cannot be read is not insisted on: the next look reads the usual one again.
            upload.sheets.pop(source.file_id, None)
    return readings, faults


def choose_sheet(upload: Upload, reading: Reading) -> None:
    """Which sheet of a workbook is read, where there is more than one."""
    sheets = reading.table.sheets
    if len(sheets) < 2:
        return
    chosen = st.selectbox(
        f"Sheet of {plain(reading.source.name)}",
        sheets,
        index=sheets.index(reading.table.sheet) if reading.table.sheet in sheets else 0,
        key=f"sheet:{reading.source.file_id}",
        width=320,
    )
    if chosen and chosen != reading.table.sheet:
        upload.choose_sheet(reading.source, chosen)
        st.rerun()
