"""Uploaded files as one file, for keeping."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import PurePath
from typing import TypeAlias

from core.errors import UserError

Upload: TypeAlias = tuple[str, bytes]  # (file name, content)

SAME_DATE = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive, so that checksums compare


def bundled(files: Sequence[Upload]) -> Upload:
    """One file as it is, several as one ZIP that holds them in order; names lose their folders.

    Raises UserError when there is no file at all.
    """
    if not files:
        raise UserError("There is no file to save.")
    if len(files) == 1:
        name, content = files[0]
        return PurePath(name).name or "upload", content
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files, start=1):
            entry = zipfile.ZipInfo(f"{number:02d}_{PurePath(name).name}", SAME_DATE)
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return f"{PurePath(files[0][0]).stem}_and_{len(files) - 1}_more.zip", buffer.getvalue()
