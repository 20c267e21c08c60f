"""Backups: the database's dump together with copies of the artifacts it names, and the way back.

`save` and `restore` do the work; `python -m core.backup` is the same for the terminal.
"""

from core.backup.manifest import Backup
from core.backup.store import BackupError, restore, save, saved

__all__ = ["Backup", "BackupError", "restore", "save", "saved"]
