"""What one browser has uploaded and not yet saved: the files, how each is read, and the repairs agreed to.

It outlives page switches, so a person who looks something up elsewhere finds the upload as it was left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import streamlit as st

from core.data import DatasetKind, Detection, Mapping, Prepared, RawTable, Repair, detect, read_table


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
