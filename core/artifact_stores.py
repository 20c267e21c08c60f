"""Where artifacts are kept: a folder of this machine, or an object store that fsspec knows."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path
from typing import Protocol

# The list of a remote folder's files; its name can't be a key's, as keys never begin with a dot.
_LIST = ".files"


class ArtifactError(RuntimeError):
    """An artifact is missing, damaged, or its key is taken by other content."""


class ArtifactStore(Protocol):
    """What both kinds of store can do; missing things raise FileNotFoundError."""

    def put(self, key: str, source: Path | bytes) -> None:
        """Keep bytes or a folder under a key that is free."""

    def get(self, key: str) -> bytes:
        """The bytes of one file."""

    def local(self, key: str) -> Path:
        """A folder on this machine with a kept folder's files."""

    def exists(self, key: str) -> bool:
        """Whether a file or a whole folder is kept under the key."""

    def remove(self, key: str) -> None:
        """Forget a file or a folder, there or not."""

    def files(self) -> list[str]:
        """The path of every single file."""

    def put_back(self, path: str, data: bytes) -> None:
        """Write one file, over what is there."""


def folder_checksum(folder: Path) -> str:
    """sha256 over the sorted relative names and the contents of a folder's files."""
    whole = hashlib.sha256()
    for file in files_in(folder):
        with file.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()
        whole.update(f"{file.relative_to(folder).as_posix()}\0{content}\n".encode())
    return whole.hexdigest()


def refuse_other(key: str, new: str, kept: str) -> None:
    """Raise ArtifactError when the checksums differ."""
    if new != kept:
        raise ArtifactError(f"Other content is kept under {key} already.")


class FolderStore:
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
                refuse_other(key, _checksum(beside), _checksum(target))
            _sync(target.parent)
        finally:
            _erase(beside)

    def get(self, key: str) -> bytes:
        """The bytes of one file."""
        return (self._root / key).read_bytes()

    def local(self, key: str) -> Path:
        """The kept folder itself: never write in it."""
        folder = self._root / key
        if not folder.is_dir():
            raise FileNotFoundError(folder)
        return folder

    def exists(self, key: str) -> bool:
        """Whether something is kept under the key."""
        return (self._root / key).exists()

    def remove(self, key: str) -> None:
        """Forget a file or a folder, there or not."""
        _erase(self._root / key)

    def put_back(self, path: str, data: bytes) -> None:
        """Write one file, over what is there."""
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.parent / f".new-{secrets.token_hex(8)}"
        _write(beside, data)
        beside.replace(target)

    def files(self) -> list[str]:
        """The path of every single file that is complete."""
        found = (file.relative_to(self._root) for file in self._root.rglob("*") if file.is_file())
        return [path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts)]


class RemoteStore:
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
        names = [file.relative_to(source).as_posix() for file in files_in(source)]
        for name in names:
            self._write(f"{key}/{name}", (source / name).read_bytes())
        self._write(f"{key}/{_LIST}", "\n".join(names).encode())

    def get(self, key: str) -> bytes:
        """The bytes of one file."""
        found: bytes = self._files.cat_file(self._at(key))
        return found

    def local(self, key: str) -> Path:
        """A copy on this machine, fetched once."""
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
        """Whether something is kept under the key."""
        return bool(self._files.isfile(self._at(key)) or self._files.isfile(self._at(f"{key}/{_LIST}")))

    def remove(self, key: str) -> None:
        """Forget a file or a folder, there or not."""
        if self._files.exists(self._at(key)):
            self._files.rm(self._at(key), recursive=True)
        _erase(self._cache / key)

    def put_back(self, path: str, data: bytes) -> None:
        """Write one file, over what is there."""
        self._write(path, data)

    def files(self) -> list[str]:
        """The path of every single file that is complete."""
        start = len(self._at(""))
        return [path[start:] for path in self._files.find(self._root)]

    def _at(self, key: str) -> str:
        return f"{self._root.rstrip('/')}/{key}"

    def _write(self, key: str, data: bytes) -> None:
        self._files.makedirs(self._at(key).rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(self._at(key), data)


def files_in(folder: Path) -> list[Path]:
    """Every file under a folder, sorted."""
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
