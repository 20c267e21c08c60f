"""The artifact store: uploads, frames and posterior draws under keys, in a folder or an object store.

A key is written once and never changed: whoever holds a key and its checksum holds the content.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from core.settings import settings

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class ArtifactError(RuntimeError):
    """An artifact is missing, damaged, or its key is taken by other content."""


@dataclass(frozen=True)
class Saved:
    """What the database keeps of an artifact; unpacks as `path, sha256`."""

    path: str
    sha256: str
    bytes: int

    def __iter__(self) -> Iterator[str]:
        return iter((self.path, self.sha256))


class _Store(Protocol):
    def put(self, key: str, source: Path | bytes) -> None: ...
    def get(self, key: str) -> bytes: ...
    def local(self, key: str) -> Path: ...
    def exists(self, key: str) -> bool: ...
    def remove(self, key: str) -> None: ...
    def files(self) -> list[str]: ...
    def on_disk(self, path: str) -> Path | None: ...
    def put_back(self, path: str, data: bytes) -> None: ...


def save_bytes(key: str, data: bytes) -> Saved:
    """Keep bytes under `key`; the same content again is fine, other content raises ArtifactError."""
    _check(key)
    digest = hashlib.sha256(data).hexdigest()
    if exists(key):
        _refuse_other(key, digest, hashlib.sha256(open_bytes(key)).hexdigest())
    else:
        _store().put(key, data)
    return Saved(key, digest, len(data))


def save_folder(local: Path, key: str) -> Saved:
    """Keep a folder under `key`; its checksum covers names and contents."""
    _check(key)
    digest = folder_checksum(local)
    if exists(key):
        _refuse_other(key, digest, folder_checksum(local_folder(key)))
    else:
        _store().put(key, local)
    return Saved(key, digest, sum(file.stat().st_size for file in _files(local)))


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


def file_on_disk(path: str) -> Path | None:
    """Where a file that `files` named lies on this machine; None in an object store."""
    return _store().on_disk(path)


def put_back(path: str, data: bytes) -> None:
    """Write one file of a backup to where it was, over a damaged one if need be."""
    _store().put_back(path, data)


def folder_checksum(folder: Path) -> str:
    """sha256 over the sorted relative names and the contents of a folder's files."""
    whole = hashlib.sha256()
    for file in _files(folder):
        with file.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()
        whole.update(f"{file.relative_to(folder).as_posix()}\0{content}\n".encode())
    return whole.hexdigest()


class _Folder:
    """Artifacts in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, source: Path | bytes) -> None:
        """Write beside, flush to the disk, rename: a reader sees all of it or nothing, even after a crash."""
        target = self._root / key
        if not self._root.exists():
            self._root.mkdir(parents=True, mode=0o700)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.parent / f".new-{secrets.token_hex(8)}"
        try:
            _write(beside, source)
            try:
                beside.rename(target)
            except OSError:
                # Somebody saved a folder under the same key meanwhile; its content was compared by no one.
                if not target.exists():
                    raise
                _refuse_other(key, _checksum(beside), _checksum(target))
            _sync(target.parent)
        finally:
            _erase(beside)

    def get(self, key: str) -> bytes:
        return (self._root / key).read_bytes()

    def local(self, key: str) -> Path:
        folder = self._root / key
        if not folder.is_dir():
            raise FileNotFoundError(folder)
        return folder

    def exists(self, key: str) -> bool:
        return (self._root / key).exists()

    def remove(self, key: str) -> None:
        _erase(self._root / key)

    def on_disk(self, path: str) -> Path | None:
        return self._root / path

    def put_back(self, path: str, data: bytes) -> None:
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.parent / f".new-{secrets.token_hex(8)}"
        _write(beside, data)
        beside.replace(target)

    def files(self) -> list[str]:
        found = (file.relative_to(self._root) for file in self._root.rglob("*") if file.is_file())
        return [path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts)]


class _Remote:
    """Artifacts in an object store that fsspec knows; folders are copied to this machine when read."""

    def __init__(self, url: str, cache: Path) -> None:
        import fsspec

        self._files, self._root = fsspec.core.url_to_fs(url)
        self._cache = cache

    def put(self, key: str, source: Path | bytes) -> None:
        """Objects appear whole; a folder counts as there once its list of files is, which is written last."""
        if isinstance(source, bytes):
            self._write(key, source)
            return
        names = [file.relative_to(source).as_posix() for file in _files(source)]
        for name in names:
            self._write(f"{key}/{name}", (source / name).read_bytes())
        self._write(f"{key}/{_LIST}", "\n".join(names).encode())

    def get(self, key: str) -> bytes:
        found: bytes = self._files.cat_file(self._at(key))
        return found

    def local(self, key: str) -> Path:
        copy = self._cache / key
        if copy.is_dir():
            return copy
        beside = self._cache / f".new-{secrets.token_hex(8)}"
        beside.mkdir(parents=True)
        try:
            for name in self.get(f"{key}/{_LIST}").decode().splitlines():
                (beside / name).parent.mkdir(parents=True, exist_ok=True)
                (beside / name).write_bytes(self.get(f"{key}/{name}"))
            copy.parent.mkdir(parents=True, exist_ok=True)
            try:
                beside.rename(copy)
            except OSError:
                # Another process fetched it at the same time; what is kept under a key never differs.
                if not copy.is_dir():
                    raise
        finally:
            _erase(beside)
        return copy

    def exists(self, key: str) -> bool:
        return bool(self._files.isfile(self._at(key)) or self._files.isfile(self._at(f"{key}/{_LIST}")))

    def remove(self, key: str) -> None:
        if self._files.exists(self._at(key)):
            self._files.rm(self._at(key), recursive=True)
        _erase(self._cache / key)

    def on_disk(self, path: str) -> Path | None:
        return None

    def put_back(self, path: str, data: bytes) -> None:
        self._write(path, data)

    def files(self) -> list[str]:
        start = len(self._at(""))
        return [path[start:] for path in self._files.find(self._root)]

    def _at(self, key: str) -> str:
        return f"{self._root.rstrip('/')}/{key}"

    def _write(self, key: str, data: bytes) -> None:
        self._files.makedirs(self._at(key).rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(self._at(key), data)


# The list of a remote folder's files; its name can't be a key's, as keys never begin with a dot.
_LIST = ".files"


def _store() -> _Store:
    return _store_at(settings().artifacts, settings().home)


@lru_cache(maxsize=4)
def _store_at(address: str, home: Path) -> _Store:
    if "://" not in address:
        return _Folder(Path(address))
    if address.startswith("file://"):
        return _Folder(Path(address.removeprefix("file://")))
    return _Remote(address, home / "fetched")


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ArtifactError(f"{key!r} can't be a key: it may hold letters, digits and . _ - between slashes.")


def _refuse_other(key: str, new: str, kept: str) -> None:
    if new != kept:
        raise ArtifactError(f"Other content is kept under {key} already.")


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _checksum(path: Path) -> str:
    return folder_checksum(path) if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()


def _write(target: Path, source: Path | bytes) -> None:
    if isinstance(source, bytes):
        target.write_bytes(source)
        _sync(target)
        return
    shutil.copytree(source, target)
    for path in (target, *target.rglob("*")):
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _erase(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
