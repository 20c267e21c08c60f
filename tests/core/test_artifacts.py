"""Artifacts: whole or not there, never changed under their key, the same in a folder and an object store."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import artifacts
from core.artifact_stores import FolderStore
from core.artifacts import ArtifactError
from core.settings import settings


@pytest.fixture(params=["folder", "object store"], autouse=True)
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    address = str(tmp_path / "kept") if request.param == "folder" else f"memory://{uuid.uuid4().hex}"
    monkeypatch.setenv("MIXWRIGHT_ARTIFACTS", address)
    monkeypatch.setenv("MIXWRIGHT_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield request.param
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "posterior"
    (made / "draws").mkdir(parents=True)
    (made / "model.json").write_text("{}")
    (made / "draws" / "beta.bin").write_bytes(bytes(1000))
    return made


def test_bytes_come_back_as_they_were() -> None:
    saved = artifacts.save_bytes("projects/1/a.bin", b"abc")
    path, sha256 = saved
    assert artifacts.open_bytes(path) == b"abc"
    assert sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert saved.bytes == 3


def test_the_same_content_may_be_saved_again_but_no_other() -> None:
    artifacts.save_bytes("a", b"abc")
    artifacts.save_bytes("a", b"abc")
    with pytest.raises(ArtifactError, match="Other content"):
        artifacts.save_bytes("a", b"abd")
    assert artifacts.open_bytes("a") == b"abc"


def test_a_folder_comes_back_file_by_file(folder: Path) -> None:
    path, sha256 = artifacts.save_folder(folder, "models/7/fit")
    back = artifacts.local_folder(path)
    assert artifacts.folder_checksum(back) == sha256 == artifacts.folder_checksum(folder)
    assert (back / "draws" / "beta.bin").read_bytes() == bytes(1000)
    artifacts.save_folder(folder, "models/7/fit")
    (folder / "model.json").write_text('{"other": 1}')
    with pytest.raises(ArtifactError, match="Other content"):
        artifacts.save_folder(folder, "models/7/fit")


def test_a_folders_checksum_covers_names_as_well_as_contents(folder: Path) -> None:
    before = artifacts.folder_checksum(folder)
    (folder / "model.json").rename(folder / "model2.json")
    assert artifacts.folder_checksum(folder) != before


def test_what_was_removed_is_gone_and_removing_again_is_no_error(folder: Path) -> None:
    artifacts.save_bytes("a/b", b"1")
    artifacts.save_folder(folder, "c/d")
    artifacts.local_folder("c/d")
    for path in ("a/b", "c/d"):
        artifacts.remove(path)
        artifacts.remove(path)
        assert not artifacts.exists(path)
    with pytest.raises(ArtifactError, match="missing"):
        artifacts.open_bytes("a/b")
    with pytest.raises(ArtifactError, match="missing"):
        artifacts.local_folder("c/d")


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../up", "a/../b", "a//b", ".hidden", "a/.files", "a\\b", "a b", "a/", "ä"]
)
def test_a_key_leads_nowhere_else(key: str) -> None:
    with pytest.raises(ArtifactError, match="can't be a key"):
        artifacts.save_bytes(key, b"x")
    with pytest.raises(ArtifactError, match="can't be a key"):
        artifacts.open_bytes(key)


def test_a_save_that_fails_is_as_if_it_had_never_been(
    store: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def full(*arguments: object) -> None:
        written.append(arguments)
        if len(written) > 1:
            raise OSError("no space left on device")

    monkeypatch.setattr(
        "core.artifact_stores._sync" if store == "folder" else "core.artifact_stores.RemoteStore._write", full
    )
    with pytest.raises(OSError, match="no space"):
        artifacts.save_folder(folder, "models/1")
    assert not artifacts.exists("models/1")
    assert artifacts.files() == []


def test_a_failed_save_leaves_no_half_file_in_a_folder(
    store: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as changed:
        changed.setattr("core.artifact_stores._sync", full)
        kept = FolderStore(tmp_path / "kept")
        with pytest.raises(OSError, match="no space"):
            kept.put("models/2", b"x")
        with pytest.raises(OSError, match="no space"):
            kept.put("models/3", folder)
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []


def test_files_lists_every_file_and_puts_it_back(folder: Path) -> None:
    artifacts.save_bytes("a", b"1")
    artifacts.save_folder(folder, "m")
    copies = {path: artifacts.read_file(path) for path in artifacts.files()}
    assert {"a", "m/model.json", "m/draws/beta.bin"} <= set(copies)
    artifacts.remove("a")
    artifacts.remove("m")
    for path, data in copies.items():
        artifacts.put_back(path, data)
    assert artifacts.open_bytes("a") == b"1"
    assert artifacts.folder_checksum(artifacts.local_folder("m")) == artifacts.folder_checksum(folder)
