"""The artifact store: uploads, frames and posterior draws under keys, in a folder or an object store.

A key is written once and never changed: whoever holds a key and its checksum holds the content.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.artifact_stores import (
    ArtifactError,
    ArtifactStore,
    FolderStore,
    RemoteStore,
    files_in,
    folder_checksum,
    refuse_other,
)
from core.settings import settings

__all__ = [
    "ArtifactError",
    "Saved",
    "exists",
    "files",
    "folder_checksum",
    "local_folder",
    "open_bytes",
    "put_back",
    "read_file",
    "remove",
    "save_bytes",
    "save_folder",
]

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


@dataclass(frozen=True)
class Saved:
    """What the database keeps of an artifact; unpacks as `path, sha256`."""

    path: str
    sha256: str
    bytes: int

    def __iter__(self) -> Iterator[str]:
        return iter((self.path, self.sha256))


def save_bytes(key: str, data: bytes) -> Saved:
    """Keep bytes under `key`; the same content again is fine, other content raises ArtifactError."""
    _check(key)
    digest = hashlib.sha256(data).hexdigest()
    if exists(key):
        refuse_other(key, digest, hashlib.sha256(open_bytes(key)).hexdigest())
    else:
        _store().put(key, data)
    return Saved(key, digest, len(data))


def save_folder(local: Path, key: str) -> Saved:
    """Keep a folder under `key`; its checksum covers names and contents."""
    _check(key)
    digest = folder_checksum(local)
    if exists(key):
        refuse_other(key, digest, folder_checksum(local_folder(key)))
    else:
        _store().put(key, local)
    return Saved(key, digest, sum(file.stat().st_size for file in files_in(local)))


def open_bytes(path: str) -> bytes:
    """The bytes kept under a key; raises ArtifactError when there are none."""
    _check(path)
    try:
        return _store().get(path)
    except (FileNotFoundError, IsADirectoryError) as error:
        raise ArtifactError(f"The file {path} is missing from the artifact store.") from error


def local_folder(path: str) -> Path:
    """A folder on this machine with what is kept under a key, for reading only; remote ones are fetched."""
    _check(path)
    try:
        return _store().local(path)
    except FileNotFoundError as error:
        raise ArtifactError(f"The folder {path} is missing from the artifact store.") from error


def exists(path: str) -> bool:
    """Whether something is kept under a key."""
    _check(path)
    return _store().exists(path)


def remove(path: str) -> None:
    """Forget what is kept under a key; nothing happens when there is nothing."""
    _check(path)
    _store().remove(path)


def files() -> list[str]:
    """The paths of every single file in the store, sorted: what a backup copies."""
    return sorted(_store().files())


def read_file(path: str) -> bytes:
    """One file that `files` named."""
    return _store().get(path)


def put_back(path: str, data: bytes) -> None:
    """Write one file of a backup to where it was, over a damaged one if need be."""
    _store().put_back(path, data)


def _store() -> ArtifactStore:
    return _store_at(settings().artifacts, settings().home)


@lru_cache(maxsize=4)
def _store_at(address: str, home: Path) -> ArtifactStore:
    if "://" not in address:
        return FolderStore(Path(address))
    if address.startswith("file://"):
        return FolderStore(Path(address.removeprefix("file://")))
    return RemoteStore(address, home / "fetched")


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ArtifactError(f"{key!r} can't be a key: it may hold letters, digits and . _ - between slashes.")
