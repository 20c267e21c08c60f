"""What a person does to things: one write with its errors shown, undo, and the menu of an item."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import streamlit as st

from core.database import session
from core.errors import UserError
from pages.shared.escape import plain
from pages.shared.session import visit_in

_UNDO = "_undo"
_TOASTS = "_toasts"
_UNDO_FOR = dt.timedelta(minutes=2)


class _Failed:
    """What `attempt` returns when the action was refused: false, and different from every result."""

    def __bool__(self) -> bool:
        return False


FAILED = _Failed()


@dataclass
class Outcome:
    """Whether the block under `user_errors` was refused."""

    failed: bool = False


@dataclass(frozen=True)
class ItemActions:
    """The store's functions for one kind of thing: (session, person, id, ...). None: no such entry."""

    rename: Callable[..., Any] | None = None
    duplicate: Callable[..., Any] | None = None
    archive: Callable[..., Any] | None = None
    unarchive: Callable[..., Any] | None = None
    delete: Callable[..., Any] | None = None
    restore: Callable[..., Any] | None = None


@dataclass(frozen=True)
class _Undo:
    text: str
    restore: Callable[..., Any]
    ids: tuple[Any, ...]
    offered_at: dt.datetime


@dataclass(frozen=True)
class _Item:
    noun: str
    id: int
    name: str
    actions: ItemActions
    after: Callable[[], None] | None


class _Entry(StrEnum):
    RENAME = ":material/edit: Rename"
    DUPLICATE = ":material/content_copy: Duplicate"
    ARCHIVE = ":material/archive: Archive"
    UNARCHIVE = ":material/unarchive: Bring back"
    DELETE = ":material/delete: Delete"


def show_faults(error: UserError) -> None:
    """Every fault of the error, word for word."""
    with st.container(key="faults", gap="xsmall"):
        for fault in error.faults:
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                st.badge("Please check", icon=":material/error:", color="red")
                st.text(fault, width="stretch")


@contextmanager
def user_errors() -> Iterator[Outcome]:
    """Shows a UserError raised inside instead of passing it on; `.failed` tells afterwards."""
    outcome = Outcome()
    try:
        yield outcome
    except UserError as error:
        outcome.failed = True
        show_faults(error)


def attempt(function: Callable[..., Any], *args: Any, done: str | None = None, **kwargs: Any) -> Any:
    """Result of one store function called with (session, person, *args) in one transaction, in which the
    person is asked for, too.

    A UserError is shown and FAILED (which is false) comes back; after success `done` is a toast.
    """
    with user_errors() as outcome, session() as s:
        visit = visit_in(s)
        if visit is None:
            raise UserError("You are signed out. Sign in again to continue.")
        result = function(s, visit.person, *args, **kwargs)
    if outcome.failed:
        return FAILED
    if done:
        toast_next(done, ":material/check_circle:")
    return result


def toast_next(text: str, icon: str | None = None) -> None:
    """A toast in the next full run, so that it outlives st.rerun() and st.switch_page()."""
    st.session_state.setdefault(_TOASTS, []).append((text, icon))


def show_toasts() -> None:
    """Show what `toast_next` kept; the shell calls it once a run."""
    for text, icon in st.session_state.pop(_TOASTS, []):
        st.toast(plain(text), icon=icon, duration="long")


def offer_undo(text: str, restore: Callable[..., Any], *ids: Any) -> None:
    """Keep an undo for the bar on top of the next run: it calls restore(session, person, *ids)."""
    st.session_state[_UNDO] = _Undo(text, restore, ids, dt.datetime.now(dt.UTC))


def undo_bar() -> None:
    """The bar on top of the screen while something can be undone; the shell calls it once a run."""
    offer = st.session_state.get(_UNDO)
    if offer is None:
        return
    if dt.datetime.now(dt.UTC) - offer.offered_at > _UNDO_FOR:
        _forget_undo()
        return
    with st.container(key="undo_bar", border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(":material/delete:", width="content")
        st.text(offer.text, width="stretch")
        st.button("Undo", key="undo", icon=":material/undo:", type="primary", on_click=_undo, args=(offer,))
        st.button("Dismiss", key="undo_dismiss", type="tertiary", on_click=_forget_undo)


def _undo(offer: _Undo) -> None:
    if attempt(offer.restore, *offer.ids, done="Brought back") is not FAILED:
        _forget_undo()


def _forget_undo() -> None:
    st.session_state.pop(_UNDO, None)


def item_menu(
    noun: str,
    item_id: int,
    name: str,
    actions: ItemActions,
    *,
    key: str,
    archived: bool = False,
    may_edit: bool = True,
    may_delete: bool = True,
    after: Callable[[], None] | None = None,
) -> None:
    """The menu of one thing: rename, duplicate, archive, delete with undo. Nothing when nothing is allowed.

    `after` runs when the thing has left the list (archived or deleted), before the screen runs again.
    """
    offered = {
        _Entry.RENAME: may_edit and actions.rename,
        _Entry.DUPLICATE: may_edit and actions.duplicate,
        _Entry.ARCHIVE: may_edit and not archived and actions.archive,
        _Entry.UNARCHIVE: may_edit and archived and actions.unarchive,
        _Entry.DELETE: may_delete and actions.delete,
    }
    entries = [str(entry) for entry, there in offered.items() if there]
    if not entries:
        return
    picked = st.menu_button(
        ":material/more_horiz:", entries, key=key, type="tertiary", help=f"More for this {noun}"
    )
    if picked is not None:
        _carry_out(_Entry(picked), _Item(noun, item_id, name, actions, after))


def _carry_out(entry: _Entry, item: _Item) -> None:
    if entry is _Entry.RENAME:
        _rename_dialog(item)
    elif entry is _Entry.DUPLICATE:
        _settle(item, item.actions.duplicate, f"“{item.name}” duplicated")
    elif entry is _Entry.ARCHIVE:
        _settle(item, item.actions.archive, f"“{item.name}” archived", item.actions.unarchive)
    elif entry is _Entry.UNARCHIVE:
        _settle(item, item.actions.unarchive, f"“{item.name}” is back", gone=True)
    else:
        _settle(item, item.actions.delete, f"“{item.name}” deleted", item.actions.restore)


def _settle(
    item: _Item,
    act: Callable[..., Any] | None,
    done: str,
    back: Callable[..., Any] | None = None,
    gone: bool = False,
) -> None:
    if act is None or attempt(act, item.id, done=None if back else done) is FAILED:
        return
    if back:
        offer_undo(f"{item.noun.capitalize()} {done}.", back, item.id)
    if item.after and (back or gone):
        item.after()
    st.rerun()


@st.dialog("Rename")
def _rename_dialog(item: _Item) -> None:
    with st.form("rename_form", border=False):
        name = st.text_input(f"Name of this {item.noun}", value=item.name, max_chars=120)
        pressed = st.form_submit_button("Rename", type="primary")
    if pressed and attempt(item.actions.rename, item.id, name, done="Renamed") is not FAILED:  # type: ignore[arg-type]
        st.rerun()
