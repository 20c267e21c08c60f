"""A viewer without a browser: speaks Streamlit's websocket protocol, so that twenty fit on one machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

COOKIE_HEADER = "Cookie"


@dataclass
class Screen:
    """What one script run sent: its elements, how many messages, bytes and exceptions."""

    elements: list[Element] = field(default_factory=list)
    messages: int = 0
    size_bytes: int = 0

    def kinds(self) -> dict[str, int]:
        """Number of elements by type."""
        found: dict[str, int] = {}
        for element in self.elements:
            kind = element.WhichOneof("type") or "none"
            found[kind] = found.get(kind, 0) + 1
        return found

    def widget(self, label: str) -> Element:
        """The first widget with this label. Raises LookupError with the labels there are."""
        labels = []
        for element, found in self._labelled():
            if found == label:
                return element
            labels.append(found)
        raise LookupError(f"no widget {label!r}; there are {labels}")

    def _labelled(self) -> Iterator[tuple[Element, str]]:
        for element in self.elements:
            kind = element.WhichOneof("type")
            message = getattr(element, kind) if kind else None
            if message is not None and hasattr(message, "label") and hasattr(message, "id"):
                yield element, message.label


class Viewer:
    """One signed-in session on one page."""

    def __init__(self, url: str, cookie: str, query: str = "") -> None:
        self._url = url.replace("http", "ws", 1) + "/_stcore/stream"
        self._cookie = cookie
        self._query = query
        self._cached: dict[str, ForwardMsg] = {}
        self._socket: ClientConnection | None = None
        self._states: dict[str, WidgetState] = {}
        self._page = ""

    async def open(self, page: str) -> Screen:
        """Connect and run `page` (its URL path) once."""
        self._page = page
        self._socket = await connect(
            self._url,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={COOKIE_HEADER: self._cookie},
            max_size=None,
        )
        return await self.run()

    async def close(self) -> None:
        """Leave as a closed tab would."""
        if self._socket is not None:
            await self._socket.close()

    def set(self, state: WidgetState) -> None:
        """Keep a widget's state for the runs to come."""
        self._states[state.id] = state

    async def run(self, fragment_id: str = "") -> Screen:
        """Ask for one script run and collect what it sends until it is finished."""
        assert self._socket is not None
        message = BackMsg()
        client = message.rerun_script
        client.query_string = self._query
        client.page_name = self._page
        client.fragment_id = fragment_id
        client.widget_states.widgets.extend(self._states.values())
        client.cached_message_hashes.extend(self._cached)
        await self._socket.send(message.SerializeToString())
        return await self._collect()

    async def timed_run(self, fragment_id: str = "") -> float:
        """Seconds from asking to the last message of the run."""
        start = time.perf_counter()
        await self.run(fragment_id)
        return time.perf_counter() - start

    async def _collect(self) -> Screen:
        assert self._socket is not None
        screen = Screen()
        while True:
            raw = await asyncio.wait_for(self._socket.recv(decode=False), timeout=120)
            message = ForwardMsg.FromString(raw)
            screen.messages += 1
            screen.size_bytes += len(raw)
            if self._take(message, screen):
                return screen

    def _take(self, message: ForwardMsg, screen: Screen) -> bool:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            message = self._cached[message.ref_hash]
            kind = message.WhichOneof("type")
        elif message.hash and message.metadata.cacheable:
            self._cached[message.hash] = message
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            screen.elements.append(message.delta.new_element)
        return kind == "script_finished" and message.script_finished in (
            ForwardMsg.FINISHED_SUCCESSFULLY,
            ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
        )
