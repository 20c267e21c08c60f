"""Copies of artifacts, one for each content, shared by all backups: a night adds only what is new."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from core import artifacts
from core.backup.manifest import Backup, Copied


class Pool:
    """The folder with the copies, each named by its sha256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy_all(self, known: Mapping[str, Copied]) -> tuple[Copied, ...]:
        """Copy every artifact that is not in the pool yet; `known` is the last backup's list by path.

        A path's content never changes, so what the last backup listed is not read again.
        """
        return tuple(self._kept(known.get(path)) or self._copy(path) for path in artifacts.files())

    def put_back(self, wanted: Iterable[Copied]) -> int:
        """Write the artifacts of a backup that are missing or damaged in the store; how many there were.

        Raises FileNotFoundError or ValueError before anything else happens when a copy is not as it was.
        """
        wanted = list(wanted)
        for copied in wanted:
            self._read(copied)
        lost = [copied for copied in wanted if _present_checksum(copied.path) != copied.sha256]
        for copied in lost:
            artifacts.put_back(copied.path, self._read(copied))
        return len(lost)

    def prune(self, backups: Iterable[Backup]) -> int:
        """Remove the copies that none of these backups names; how many there were."""
        named = {copied.sha256 for backup in backups for copied in backup.artifacts}
        unnamed = [file for file in self._folder.glob("??/*") if file.name not in named]
        for file in unnamed:
            file.unlink()
        return len(unnamed)

    def _kept(self, copied: Copied | None) -> Copied | None:
        if copied is None:
            return None
        place = self._place(copied.sha256)
        return copied if place.is_file() and place.stat().st_size == copied.bytes else None

    def _copy(self, path: str) -> Copied:
        data = artifacts.read_file(path)
        copied = Copied(path, hashlib.sha256(data).hexdigest(), len(data))
        if self._kept(copied) is None:
            self._write(self._place(copied.sha256), data)
        return copied

    def _write(self, place: Path, data: bytes) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f".new-{secrets.token_hex(8)}")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)

    def _read(self, copied: Copied) -> bytes:
        data = self._place(copied.sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != copied.sha256:
            raise ValueError(f"the copy of {copied.path} in the backup is damaged")
        return data

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def _present_checksum(path: str) -> str | None:
    try:
        return hashlib.sha256(artifacts.read_file(path)).hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
