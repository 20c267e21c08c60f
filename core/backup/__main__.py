"""`python -m core.backup save | list | restore NAME`."""

from __future__ import annotations

import argparse
import sys

from core.backup import restore, save, saved
from core.errors import UserError


def main(arguments: list[str]) -> int:
    """Do what the command line says; the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.do == "restore":
            print(f"Restored {restore(asked.name)}. The database as it was before is kept beside it.")
        elif asked.do == "list":
            print("\n".join(str(backup) for backup in saved()) or "No backup yet.")
        else:
            print(f"Saved {save()}")
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core.backup", description="Backups of database and artifacts"
    )
    does = parser.add_subparsers(dest="do", required=True)
    does.add_parser("save", aliases=["make"], help="make a backup now")
    does.add_parser("list", help="the backups there are, the newest first")
    bring_back = does.add_parser("restore", help="put a backup in place of the present data")
    bring_back.add_argument("name", help="a name that `list` shows")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
