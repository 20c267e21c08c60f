"""Saved things (plans, scenarios, promotions, models, data sets): one list, one menu, one kind of editor.

A kind of thing is described once, as a `SavedKind`. Its list with the menus, the comparison's choice, what is
open of it, and an editor's state that outlives page switches and reloads are the same for all of them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import streamlit as st

from core.access import Membership, NotFound, Permission, Person
from core.database import session
from pages.shared.actions import ItemActions, item_menu
from pages.shared.screens import choose, chosen_id
from pages.shared.session import may

SEARCH_FROM = 8
COMPARE = "compare"
_EDITORS = "_editors"


class SavedThing(Protocol):
    """What a list knows of each thing."""

    @property
    def id(self) -> Any:
        """Its number in the store."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def archived(self) -> bool:
        """Whether it lies in the archive."""


Thing = TypeVar("Thing")
Listed = TypeVar("Listed", bound=SavedThing)
State = TypeVar("State")
Id = TypeVar("Id")


@dataclass(frozen=True)
class SavedKind:
    """One kind of thing: what people call it, the prefix of its widgets' keys, the store's functions, the
    permissions to change and to delete it, and its name in the address, read by `read_id`."""

    noun: str
    key: str
    actions: ItemActions
    edit: Permission
    delete: Permission
    query: str
    read_id: Callable[[str], Any] = chosen_id

    def menu(self, project: Membership, thing: SavedThing, on_gone: Callable[[], None] | None = None) -> None:
        """Rename, duplicate, archive, delete with undo; `on_gone` runs when it was archived or deleted."""
        item_menu(
            self.noun,
            thing.id,
            thing.name,
            self.actions,
            key=f"{self.key}_menu_{thing.id}",
            archived=thing.archived,
            may_edit=may(project, self.edit),
            may_delete=may(project, self.delete),
            after=on_gone,
        )

    def open(self, thing_id: Any, project_id: int) -> None:
        """Open it on its screen, from the next run on."""
        choose(self.query, thing_id)
        st.session_state[self._slot(project_id)] = thing_id

    def opened_id(self, project_id: int) -> Any:
        """The one in the address, else the one this browser session looked at last; None for a new one."""
        slot = self._slot(project_id)
        if (wanted := self.read_id(self.query)) is not None:
            st.session_state[slot] = wanted
        elif (last := st.session_state.get(slot)) is not None:
            choose(self.query, last)
        return st.session_state.get(slot)

    def close(self, project_id: int) -> None:
        """Nothing saved is open any more."""
        st.session_state.pop(self._slot(project_id), None)
        choose(self.query, None)

    def close_if_open(self, thing_id: Any, project_id: int) -> None:
        """Close this one; another that is open stays."""
        if self.opened_id(project_id) == thing_id:
            self.close(project_id)

    def _slot(self, project_id: int) -> str:
        return f"_{self.key}_open_{project_id}"

    def reason_not_to_save(self, project: Membership) -> str:
        """Why this person may not save it; empty where they may."""
        if may(project, self.edit):
            return ""
        if project.is_demo:
            return f"This is the demo: try everything here; to keep {self.noun}s, make a project of your own."
        return f"Your role here ({project.role}) may look at {self.noun}s but not save them."


def read_opened(
    kind: SavedKind, person: Person, project: Membership, read: Callable[..., Thing],
    belongs: Callable[[Thing], bool], thing_id: Any,
) -> Thing | None:  # fmt: skip
    """The open thing by the store's function `read`; where it is gone or belongs elsewhere, it is closed."""
    if thing_id is None:
        return None
    try:
        with session() as s:
            found = read(s, person, thing_id)
    except NotFound as error:
        st.warning(error.faults[0], icon=":material/search_off:")
        kind.close(project.project_id)
        return None
    if not belongs(found):
        kind.close(project.project_id)
        return None
    return found


def _nothing(_: Any) -> None:
    """Shows nothing."""


def show_list(
    kind: SavedKind,
    project: Membership,
    things: Sequence[Listed],
    facts: Callable[[Listed], str],
    *,
    badges: Callable[[Listed], object] = _nothing,
    buttons: Callable[[Listed], object] = _nothing,
    below: Callable[[Listed], object] = _nothing,
    on_gone: Callable[[Listed], None] | None = None,
) -> None:
    """One line per thing: its name with `badges`, its `facts` (Markdown), `buttons` and its menu, and what
    `below` adds; with a search box where the list is long."""
    long = len(things) >= SEARCH_FROM
    wanted = (st.text_input("Search", key=f"{kind.key}_search", live=True) if long else "") or ""
    for thing in things:
        if wanted.lower() not in thing.name.lower():
            continue
        with st.container(border=True, key=f"{kind.key}_line_{thing.id}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                with st.container(gap="xxsmall", width="stretch"):
                    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                        st.text(thing.name, width="content")
                        badges(thing)
                    st.caption(facts(thing))
                buttons(thing)
                kind.menu(project, thing, partial(on_gone, thing) if on_gone else None)
            below(thing)


def distinct_names(names: Sequence[str], marks: Sequence[object]) -> list[str]:
    """The names; those that are there twice carry their mark in brackets."""
    return [
        f"{name} ({mark})" if names.count(name) > 1 else name for name, mark in zip(names, marks, strict=True)
    ]


def choose_compared(
    names: dict[Id, str], label: str, *, key: str, most: int, first: Sequence[Id] = ()
) -> list[Id]:
    """The things to compare, from the address (`?compare=1,2`), which keeps the choice; `first` where it
    names none."""
    wanted = [part for part in st.query_params.get(COMPARE, "").split(",") if part]
    if key in st.session_state:
        st.session_state[key] = [number for number in st.session_state[key] if number in names]
    by_text = {str(number): number for number in names}
    named = [by_text[part] for part in wanted if part in by_text][:most]
    picked = st.multiselect(
        label, list(names), None if key in st.session_state else (named or list(first)),
        format_func=lambda number: names[number], max_selections=most, key=key,
        placeholder=f"Choose up to {most} of them",
    )  # fmt: skip
    if picked:
        st.query_params[COMPARE] = ",".join(str(number) for number in picked)
    else:
        st.query_params.pop(COMPARE, None)
    return list(picked)


def tabs_of(names: Sequence[str], key: str) -> Any:
    """The tabs of a screen; the body of each runs only while it is open."""
    if (wanted := st.session_state.pop(f"_{key}_next", None)) is not None:
        st.session_state[key] = wanted
    return st.tabs(names, key=key, on_change="rerun")


def show_tab(name: str, key: str) -> None:
    """Open a tab on the next run."""
    st.session_state[f"_{key}_next"] = name


@dataclass
class EditorState(Generic[Thing]):
    """What is typed in an editor, until it is saved; `saved` is the thing it was opened from, None for a new
    one. Widgets are keyed by `round`: a new number shows them with the values held here."""

    saved: Thing | None = None
    round: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def unsaved(self) -> bool:
        """Whether what was typed differs from what is saved."""
        raise NotImplementedError

    def open(self, saved: Thing) -> None:
        """Start from a saved thing."""
        raise NotImplementedError

    def clear(self) -> None:
        """Start from nothing."""
        raise NotImplementedError

    def replaced_by(self, saved: Thing) -> bool:
        """Whether what others saved since takes the place of what is shown here."""
        raise NotImplementedError

    def take_name(self, saved: Thing) -> None:
        """Take over the present name of what is open; what was typed stays."""
        raise NotImplementedError

    def catch_up(self, saved: Thing) -> None:
        """Open it for the first time, or again where others saved it and nothing was typed here; otherwise
        only its name is taken over, and a store refuses to save over the newer one."""
        if self.saved is None or self.replaced_by(saved):
            self.open(saved)
        else:
            self.take_name(saved)

    def show_changes(self, key: str) -> None:
        """The badge of what is not saved yet, and the button that discards it."""
        st.badge("Changes not saved", color="orange", icon=":material/edit:")
        if st.button("Discard changes", icon=":material/undo:", type="tertiary", key=key):
            # The next run opens what is saved by then, also by somebody else.
            self.saved = None
            st.rerun()

    def move_to(self, own: EditorState[Thing], saved: Thing) -> None:
        """Hand over to the editor of what was saved just now; this one goes back to what it started from."""
        if own is not self:
            if self.saved is not None:
                self.open(self.saved)
            else:
                self.clear()
        own.open(saved)


def editor_state_of(person: Person, make: type[State], *subject: Any) -> State:
    """The person's editor of one thing, or of a new one.

    It lives in the server so that a reload keeps it; visitors of the demo share an account and therefore keep
    theirs in the browser's session.
    """
    if person.is_demo:
        own = st.session_state.setdefault(_EDITORS, {})
        return own.setdefault((make.__name__, *subject), make())
    state: State = _server_state(person.id, make.__name__, subject, make)
    return state


@st.cache_resource(max_entries=2000, show_spinner=False)
def _server_state(person_id: int, name: str, subject: tuple[Any, ...], _make: Callable[[], Any]) -> Any:
    return _make()
