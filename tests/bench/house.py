"""The structure in figures: lines by room, imports, crumbs, circles, backward arrows, hand-written JSON.

`python -m tests.bench.house [FOLDER] [-v]`: the checkout in FOLDER, by default this one. Nothing of it runs;
imports and definitions are read from the source.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "pages", "db")
LONG_LINES, SHORT_LINES = 400, 80
# Layers of core from the top; what shares a row must not import each other.
LAYERS = (
    ("pages",),
    ("core.worker", "core.demo", "core.api"),
    ("core.reports",),
    ("core.campaigns",),
    ("core.projects",),
    ("core.promo", "core.mmm"),
    ("core.data",),
    ("core.queue",),
    ("core.lifecycle",),
    ("core.access",),
    ("core.charts", "core.documents", "core.settings", "core.errors", "core.database"),
    ("db",),
)
# Rooms by the names they had before.
FORMER = {"core.jobs": "core.worker", "core.shelf": "core.lifecycle", "core.store": "core.database"}
JSON_NAMES = re.compile(r"^(to_json|from_json|_?read_\w*json|to_dict|from_dict|packed|unpacked)$")


@dataclass
class Module:
    """One file: its name, its lines, what it imports, and the functions it defines."""

    name: str
    lines: int
    tree: ast.Module
    source: str
    is_package: bool
    imports: set[str] = field(default_factory=set)
    early_imports: set[str] = field(default_factory=set)
    import_lines: int = 0


def modules_of(root: Path) -> dict[str, Module]:
    """Every Python file of the rooms, migrations left out, with its imports resolved to modules."""
    found: dict[str, Module] = {}
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            if "versions" in path.parts:
                continue
            parts = path.relative_to(root).with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            source = path.read_text(encoding="utf-8")
            found[name] = Module(name, len(source.splitlines()), ast.parse(source), source, is_package)
    for module in found.values():
        _resolve(module, found)
    return found


def _resolve(module: Module, found: dict[str, Module]) -> None:
    early = {id(node) for node in module.tree.body}
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        module.import_lines += (node.end_lineno or node.lineno) - node.lineno + 1
        names: set[str] = set()
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names if alias.name in found}
        elif node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                names.add(whole if whole in found else node.module)
        names = {name for name in names if name in found and name != module.name}
        module.imports |= names
        if id(node) in early:
            module.early_imports |= names


def circles_of(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of names that reach each other (Tarjan's strongly connected components of two and more)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in graph.get(name, ()):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = []
            while True:
                group.append(stack.pop())
                if group[-1] == name:
                    break
            if len(group) > 1:
                groups.append(sorted(group))

    sys.setrecursionlimit(10_000)
    for name in graph:
        if name not in index:
            visit(name)
    return groups


def room_of(name: str) -> str:
    """pages, db, or the room of core that a module lies in."""
    parts = name.split(".")
    room = ".".join(parts[:2]) if parts[0] == "core" else parts[0]
    return FORMER.get(room, room)


def backward_arrows(modules: dict[str, Module]) -> list[tuple[str, str]]:
    """Imports from a layer into one above it or into a neighbour of its own row."""
    level = {room: row for row, rooms in enumerate(LAYERS) for room in rooms}
    wrong = []
    for module in modules.values():
        here = room_of(module.name)
        for other in module.imports:
            there = room_of(other)
            if here != there and here in level and there in level:
                # The ground floor's small modules may name each other.
                shared = level[here] == len(LAYERS) - 2
                if level[there] < level[here] or (level[there] == level[here] and not shared):
                    wrong.append((module.name, other))
    return sorted(wrong)


def private_once(modules: list[Module]) -> tuple[int, int]:
    """Private functions that are named just once beside their definition, and all functions."""
    once = functions = 0
    for module in modules:
        names = Counter(re.findall(r"[A-Za-z_]\w*", module.source))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions += 1
                if node.name.startswith("_") and not node.name.startswith("__") and names[node.name] == 2:
                    once += 1
    return once, functions


def small_siblings(modules: dict[str, Module]) -> list[tuple[str, str]]:
    """Short files that one file alone imports, and that one: crumbs of it when both lie in one folder."""
    importers: dict[str, set[str]] = defaultdict(set)
    for module in modules.values():
        for other in module.imports:
            importers[other].add(module.name)
    return sorted(
        (name, next(iter(importers[name])))
        for name, module in modules.items()
        if not module.is_package
        and module.lines < SHORT_LINES
        and len(importers[name]) == 1
        and next(iter(importers[name])).rpartition(".")[0] == name.rpartition(".")[0]
    )


def lonely_stores(modules: dict[str, Module]) -> list[str]:
    """Folders that hold a store file and nothing else."""
    folders: dict[str, set[str]] = defaultdict(set)
    for name, module in modules.items():
        if not module.is_package:
            folders[name.rpartition(".")[0]].add(name.rpartition(".")[2])
    return sorted(folder for folder, files in folders.items() if files == {"store"} and folder.count(".") > 1)


def hand_written_json(modules: list[Module]) -> list[str]:
    """Functions that turn values into JSON or back by hand."""
    return sorted(
        f"{module.name}.{node.name}"
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and JSON_NAMES.match(node.name)
    )


def main(arguments: list[str]) -> None:
    """Prints the figures of a checkout."""
    root = Path(arguments[0]).resolve() if arguments else ROOT
    verbose = "-v" in arguments
    modules = modules_of(root)
    by_room: dict[str, list[Module]] = defaultdict(list)
    for module in modules.values():
        parts = module.name.split(".")
        by_room[".".join(parts[:2]) if parts[0] != "db" else "db"].append(module)
    print(f"{'room':<22}{'files':>7}{'lines':>8}{'imports':>9}{'private, used once':>20}")
    groups = [*sorted(by_room.items())]
    for room in ("core", "pages"):
        groups.append((room, [m for m in modules.values() if m.name.split(".")[0] == room]))
    groups.append(("all", list(modules.values())))
    for room, members in groups:
        lines = sum(m.lines for m in members)
        imports = sum(m.import_lines for m in members)
        once, functions = private_once(members)
        share = f"{once} of {functions} = {once / functions:.0%}" if functions else ""
        print(f"{room:<22}{len(members):>7}{lines:>8}{imports / max(lines, 1):>9.1%}{share:>20}")
    long_files = [f"{m.name} ({m.lines})" for m in modules.values() if m.lines > LONG_LINES]
    crumbs = small_siblings(modules)
    every = circles_of({name: m.imports for name, m in modules.items()})
    early = circles_of({name: m.early_imports for name, m in modules.items()})
    rooms_graph: dict[str, set[str]] = defaultdict(set)
    for m in modules.values():
        rooms_graph[room_of(m.name)] |= {room_of(o) for o in m.imports} - {room_of(m.name)}
    backward = backward_arrows(modules)
    written = hand_written_json(list(modules.values()))
    sections: list[tuple[str, list[str]]] = [
        (f"files over {LONG_LINES} lines", long_files),
        (f"siblings under {SHORT_LINES} lines with one importer", [f"{a} <- {b}" for a, b in crumbs]),
        ("folders with a store file alone", lonely_stores(modules)),
        ("circles between files, late imports included", [" ".join(group) for group in every]),
        ("circles between files at import", [" ".join(group) for group in early]),
        ("circles between rooms", [" ".join(group) for group in circles_of(rooms_graph)]),
        ("arrows against the layers", [f"{a} -> {b}" for a, b in backward]),
        ("JSON in and out by hand", written),
    ]
    for title, found in sections:
        print(f"{title}: {len(found)}")
        for line in found if verbose else found[:12]:
            print(f"    {line}")
        if not verbose and len(found) > 12:
            print(f"    and {len(found) - 12} more")


if __name__ == "__main__":
    main(sys.argv[1:])
