"""What a backup holds, as it is written beside the dump."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "manifest.json"
DUMP = "database.dump"


@dataclass(frozen=True)
class Copied:
    """One artifact: its path in the store, and the checksum under which the pool keeps its copy."""

    path: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Backup:
    """One backup. `revision` is the migration the database was at, `server` PostgreSQL's major version."""

    folder: Path
    made_at: dt.datetime
    revision: str
    server: int
    dump_sha256: str
    artifacts: tuple[Copied, ...]

    @property
    def name(self) -> str:
        """What `restore` is asked for."""
        return self.folder.name

    @property
    def dump(self) -> Path:
        """The database's dump."""
        return self.folder / DUMP

    @property
    def bytes(self) -> int:
        """Size of the dump and of the artifacts it names (which several backups may share)."""
        return self.dump.stat().st_size + sum(copied.bytes for copied in self.artifacts)

    def write(self) -> None:
        """Write the manifest into the backup's folder."""
        content = asdict(self) | {"folder": None, "made_at": self.made_at.isoformat()}
        (self.folder / FILE).write_text(json.dumps(content, indent=1))

    def __str__(self) -> str:
        return f"{self.name} ({self.bytes / 1e6:.1f} MB, {len(self.artifacts)} artifacts)"


def read_manifest(folder: Path) -> Backup:
    """The backup in a folder."""
    content = json.loads((folder / FILE).read_text())
    return Backup(
        folder=folder,
        made_at=dt.datetime.fromisoformat(content["made_at"]),
        revision=content["revision"],
        server=content["server"],
        dump_sha256=content["dump_sha256"],
        artifacts=tuple(Copied(**copied) for copied in content["artifacts"]),
    )
