"""One setting of the model as a control: its words, its default with the reason, and where it is kept."""

from __future__ import annotations

from collections.abc import Mapping as Plain
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.measure.model.state import Path, SetUp

CHANGED = ":blue-badge[changed]"


@dataclass(frozen=True)
class Option:
    """A number of the configuration, kept under `path`; `help` says what it does and why the default.

    `percent` shows a share times 100, `whole` has no decimals.
    """

    path: Path
    label: str
    help: str
    default: float
    least: float
    most: float
    step: float
    percent: bool = False
    whole: bool = False

    def shown(self, value: float) -> float:
        """The value as the box shows it."""
        factor = 100 if self.percent else 1
        return round(value * factor) if self.whole or self.percent else round(float(value) * factor, 6)

    def kept(self, typed: float) -> float:
        """What the box shows as the configuration holds it."""
        return round(typed / 100, 9) if self.percent else typed


def ask(set_up: SetUp, option: Option) -> float:
    """The number as typed, kept where it differs from its default."""
    held = set_up.value(option.path, option.default)
    start, key = option.shown(held), set_up.key(".".join(option.path))
    # A configuration made elsewhere may hold a value beyond the usual ends: it stays as it is.
    ends = min(option.shown(option.least), start), max(option.shown(option.most), start)
    now = st.session_state.get(key, start)
    typed = st.number_input(
        marked(option.label, now != option.shown(option.default)),
        *ends,
        start,
        option.shown(option.step),
        format="%d" if isinstance(start, int) else "%.2f",
        help=f"{option.help} Usual: {option.shown(option.default):g}.",
        key=key,
    )
    value = held if typed == start else option.kept(typed)
    set_up.keep(option.path, value, option.default)
    return float(value)


def pick(
    set_up: SetUp, path: Path, label: str, words: Plain[Any, str], default: Any, *, help: str | None = None
) -> Any:
    """The choice made of `words` (value: what it is called), kept where it differs from its default."""
    held, key = set_up.value(path, default), set_up.key(".".join(path))
    # A configuration made elsewhere may hold a value that has no words here: it stays choosable.
    options = [*words, *([] if held in words else [held])]
    chosen = st.selectbox(
        marked(label, st.session_state.get(key, held) != default),
        options,
        index=options.index(held),
        format_func=lambda option: words.get(option, str(option)),
        help=help,
        key=key,
    )
    set_up.keep(path, chosen, default)
    return chosen


def switch(set_up: SetUp, path: Path, label: str, on: Any, off: Any, *, help: str | None = None) -> bool:
    """A toggle between two values, of which `on` is the default."""
    held, key = set_up.value(path, on) == on, set_up.key(".".join(path))
    chosen = st.toggle(marked(label, not st.session_state.get(key, held)), held, help=help, key=key)
    set_up.keep(path, on if chosen else off, on)
    return bool(chosen)


def marked(label: str, changed: bool) -> str:
    """The label, with a mark where the setting differs from its default."""
    return f"{label} {CHANGED}" if changed else label


def advanced(name: str) -> Any:
    """A folded part for what few people need; look at `.open` before drawing its content."""
    return st.expander("Advanced", icon=":material/tune:", key=f"fold:{name}:advanced", on_change="rerun")
