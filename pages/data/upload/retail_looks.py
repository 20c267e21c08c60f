"""What each dropped file is: the quick look at it, and for small reference files their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import pandas as pd

from core.data import DatasetKind, DateOrder, FileProblem, NumberFormat
from core.errors import UserError
from core.promo.ingest.catalog import read_catalog
from core.promo.ingest.inspection import SalesInspection, inspect_sales
from core.promo.ingest.mapping import SalesColumn, SalesMapping
from core.promo.ingest.segments import read_segments
from core.promo.ingest.targets import read_targets
from pages.data.upload.files import SourceFile, Upload

RETAIL = (DatasetKind.SALES, DatasetKind.PROMO_CATALOG, DatasetKind.TARGETS, DatasetKind.SEGMENTS)
READERS = {
    DatasetKind.PROMO_CATALOG: read_catalog,
    DatasetKind.TARGETS: read_targets,
    DatasetKind.SEGMENTS: read_segments,
}


@dataclass
class MappingDraft:
    """What a person has said so far of a file of sales: the parts of a mapping, complete or not.

    `channels` and `promos` hold the meaning of every word that was met, None where it has none yet.
    """

    columns: dict[SalesColumn, str]
    channels: dict[str, str | None]
    promos: dict[str, bool | None]
    fixed: dict[SalesColumn, str] = field(default_factory=dict)
    discount_is_share: bool | None = None
    date_order: DateOrder | None = None
    number_format: NumberFormat | None = None

    @classmethod
    def of(cls, found: SalesInspection) -> MappingDraft:
        """What the quick look suggests."""
        words = dict(found.channel_words), dict(found.promo_words)
        known = found.mapping
        if known is None:
            return cls(dict(found.columns), *words)
        written = (known.discount_is_share, known.date_order, known.number_format)
        return cls(dict(known.columns), *words, dict(known.fixed), *written)

    def mapping(self, found: SalesInspection, sheet: str | None) -> SalesMapping:
        """The mapping it makes; UserError with everything that is missing.

        Words that mean what they mean anyway are left out: the whole column knows more than its first rows.
        """
        known = found.mapping
        channels = {word: said for word, said in self.channels.items() if said != found.channel_words[word]}
        promos = {word: said for word, said in self.promos.items() if said != found.promo_words[word]}
        return SalesMapping(
            columns=self.columns,
            fixed=self.fixed,
            channel_words=(known.channel_words if known else {}) | {w: s for w, s in channels.items() if s},
            promo_words=(known.promo_words if known else {})
            | {w: s for w, s in promos.items() if s is not None},
            discount_is_share=self.discount_is_share,
            date_order=self.date_order,
            number_format=self.number_format,
            sheet=sheet or (known.sheet if known else None),
        )


@dataclass
class FilePreview:
    """One retail file. Sales: `draft` what was said of it, `mapping` what that makes (None: something is
    missing), `replaces` the earlier file it corrects. Others: `table` their rows. `faults` keep it from being
    loaded."""

    source: SourceFile
    kind: DatasetKind
    inspection: SalesInspection
    draft: MappingDraft
    sheet: str | None = None
    mapping: SalesMapping | None = None
    replaces: UUID | None = None
    table: pd.DataFrame | None = None
    faults: tuple[str, ...] = field(default=())

    @property
    def ready(self) -> bool:
        """Whether it can be loaded as it is."""
        there = self.mapping is not None if self.kind is DatasetKind.SALES else self.table is not None
        return there and not self.faults


def preview_files(
    upload: Upload, remembered: Sequence[SalesMapping]
) -> tuple[list[FilePreview], list[SourceFile]]:
    """The dropped files that are a retailer's, looked at once each, and all others."""
    looks, others = [], []
    for source in upload.sources:
        key = (source.file_id, upload.sheets.get(source.file_id), upload.kinds.get(source.file_id))
        if key not in upload.looks:
            upload.looks[key] = _look(source, key[1], key[2], remembered)
        found: FilePreview | None = upload.looks[key]
        look = found
        if look is None:
            others.append(source)
        else:
            looks.append(look)
    return looks, others


def _look(
    source: SourceFile,
    sheet: str | None,
    said: DatasetKind | None,
    remembered: Sequence[SalesMapping],
) -> FilePreview | None:
    """The look at a file; None where it is no retailer's, or cannot be read: the other reader says why."""
    if said is not None and said not in RETAIL:
        return None
    try:
        inspection = inspect_sales(source.content, source.name, remembered, sheet=sheet)
    except FileProblem:
        return None
    kind = said or inspection.kind
    if kind not in RETAIL:
        return None
    look = FilePreview(source, kind, inspection, MappingDraft.of(inspection), sheet)
    if kind is DatasetKind.SALES:
        settle(look)
        return look
    try:
        look.table = READERS[look.kind](look.source.content, look.source.name)
    except UserError as error:
        look.faults = tuple(error.faults)
    return look


def settle(look: FilePreview, faults: Sequence[str] = ()) -> None:
    """The mapping that the draft makes now, or else everything that is missing, after `faults`."""
    try:
        mapping = look.draft.mapping(look.inspection, look.sheet)
    except UserError as error:
        look.mapping, look.faults = None, (*faults, *error.faults)
    else:
        look.mapping, look.faults = (None if faults else mapping), tuple(faults)
