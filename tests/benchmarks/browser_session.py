"""A browser as the server sees it: a client of Streamlit's websocket protocol that draws nothing.

It sends what the frontend of Streamlit 1.67 sends: the address, the state of every widget it was shown, the page, and
the hashes of the large messages it still has. What it is sent it reads to the end. It follows a run as the page's own
script does, on a connection that is kept.
"""

import asyncio
import json
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.util import calc_hash
from websockets.asyncio.client import ClientConnection, connect

from dashboard.services.people import COOKIE

ANSWER_SECONDS = 30.0
KEPT_MESSAGES = 12
FINISHED, COMPILE_ERROR, INTERRUPTED, FRAGMENTS_FINISHED = range(4)


@dataclass(eq=False)
class _Request:
    fragments: list[str]
    """Those that have not answered yet, as they were asked; of a whole page, the empty name."""
    sent: float = field(default_factory=time.perf_counter)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    seconds: float = ANSWER_SECONDS

    def settle(self, fragments: Collection[str]) -> None:
        """Take what has come; with a fragment those asked before it, as the server runs one or the other untold."""
        done = [at for at, name in enumerate(self.fragments) if name in fragments]
        self.fragments = self.fragments[done[-1] + 1 :] if done else self.fragments
        if not self.fragments and not self.answered.is_set():
            self.seconds = time.perf_counter() - self.sent
            self.answered.set()


class BrowserSession:
    """One tab: `async with BrowserSession(address) as tab`, then `rerun`, `click`, `poll`.

    `page` is one of the app, by its name in an address; the first one where it is empty. `cookie` tells this browser
    from others.
    """

    def __init__(self, address: str, query: str = "", page: str = "", cookie: str = "") -> None:
        self._address, self.query = address, query
        self.widgets: dict[str, WidgetState] = {}
        """State of each widget by its key."""
        self.buttons: dict[str, str] = {}
        self.fragments: dict[str, None] = {}
        """Parts of the page that can be drawn alone, in the order in which they came."""
        self.errors: list[str] = []
        self.received_bytes = 0
        self._page = calc_hash(page) if page else ""
        self._headers = {"Cookie": f"{COOKIE}={cookie}"} if cookie else None
        self._follower: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.state = ""
        self._kept: dict[str, None] = {}
        self._open: list[_Request] = []
        self._drawn: set[str] = set()

    async def __aenter__(self) -> Self:
        self._socket: ClientConnection = await connect(
            f"ws://{self._address}/_stcore/stream",
            subprotocols=["streamlit"],
            additional_headers=self._headers,
            max_size=None,
            compression=None,  # type: ignore[list-item]
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        if self._follower:
            self._follower[1].close()
        await self._socket.close()

    def look(self, **parameters: object) -> None:
        """Write parameters into the address (two underscores for a dot)."""
        said = dict(parse_qsl(self.query)) | {name.replace("__", "."): str(of) for name, of in parameters.items()}
        self.query = urlencode(said)

    def go(self, page: str) -> None:
        """Name the page that runs next, by its name in an address."""
        self._page = "" if page == "train" else calc_hash(page)

    def choose(self, key: str, text: str) -> None:
        """Choose an answer or write a text, as the next run is told."""
        self.widgets[key].string_value = text

    async def rerun(self) -> float:
        """Run the whole page; return the seconds until all of it has come."""
        return await self._ask(_Request([""]), [""])

    async def redraw(self, fragment: str) -> float:
        """Run a part of the page; return the seconds until all of it has come."""
        return await self._ask(_Request([fragment]), [fragment])

    async def click(self, key: str) -> float:
        """Press a button."""
        return await self._ask(_Request([""]), [""], pressed=self.buttons[key])

    async def poll(self, followed: str) -> tuple[float, float]:
        """Ask what became of what is followed; return the seconds that took, and those until it is to be asked again.

        `state` then says how it stands.
        """
        cookie = f"Cookie: {self._headers['Cookie']}\r\n" if self._headers else ""
        address = f"/live/{followed}?{urlencode({'seen': self.state})}"
        question = f"GET {address} HTTP/1.1\r\nHost: genre-lab\r\n{cookie}\r\n".encode()
        started = time.perf_counter()
        try:
            head, body = await self._get(question)
        except (asyncio.IncompleteReadError, ConnectionError):  # a connection that rested too long was closed
            self._follower = None
            head, body = await self._get(question)
        seconds = time.perf_counter() - started
        self.received_bytes += len(head) + len(body)
        answer = json.loads(body)
        self.state = answer.get("state", "")
        if not head.startswith("http/1.1 200") or not self.state:
            self.errors.append(f"following a run failed: {head.splitlines()[0]}, {body[:100]!r}")
        return seconds, answer.get("again", 1.0)

    async def _get(self, question: bytes) -> tuple[str, bytes]:
        if self._follower is None:
            host, port = self._address.split(":")
            self._follower = await asyncio.open_connection(host, int(port))
        reader, writer = self._follower
        writer.write(question)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        return head, await reader.readexactly(int(head.partition("content-length:")[2].split()[0]))

    async def _ask(self, request: _Request, fragments: tuple[str, ...] | list[str], pressed: str = "") -> float:
        self._open.append(request)
        try:
            for fragment in fragments:
                await self._socket.send(self._message(fragment, pressed))
            async with asyncio.timeout(ANSWER_SECONDS):
                await request.answered.wait()
        except TimeoutError:
            self.errors.append(f"no answer within {ANSWER_SECONDS:g} seconds")
        finally:
            self._open.remove(request)
        return request.seconds

    def _message(self, fragment: str, pressed: str) -> bytes:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.page_script_hash = self._page
        state.widget_states.widgets.extend(self.widgets.values())
        if pressed:
            state.widget_states.widgets.add(id=pressed, trigger_value=True)
        state.fragment_id, state.is_auto_rerun = fragment, bool(fragment)
        state.cached_message_hashes.extend(self._kept)
        context = state.context_info
        context.timezone, context.locale, context.color_scheme = "UTC", "en-US", "light"
        context.url = f"http://{self._address}/?{self.query}"
        return message.SerializeToString()

    async def _read(self) -> None:
        try:
            async for data in self._socket:
                assert isinstance(data, bytes)
                self.received_bytes += len(data)
                self._take(ForwardMsg.FromString(data))
        except Exception as error:  # nobody awaits this task: it would end in silence, and the tab with it
            self.errors.append(f"this tab reads no more: {error!r}")

    def _take(self, message: ForwardMsg) -> None:
        match message.WhichOneof("type"):
            case "new_session":
                self._page = message.new_session.page_script_hash
                if not message.metadata.run.fragment_ids:
                    self.fragments.clear()
                    self._drawn.clear()
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "delta":
                if message.delta.fragment_id:
                    self.fragments[message.delta.fragment_id] = None
                if message.delta.WhichOneof("type") == "new_element":
                    self._show(message.delta.new_element)
            case "script_finished":
                self._finish(message.script_finished, set(message.metadata.run.fragment_ids))
        if message.metadata.cacheable:
            self._kept[message.hash] = None
            if len(self._kept) > KEPT_MESSAGES:
                del self._kept[next(iter(self._kept))]

    def _finish(self, status: int, fragments: set[str]) -> None:
        if status == COMPILE_ERROR:
            self.errors.append("the script does not compile")
        if status == INTERRUPTED and (not fragments or any("" in request.fragments for request in self._open)):
            return  # the whole page runs next, and answers
        if not fragments:  # of what is on the page no more, nothing is said again
            self.widgets = {key: state for key, state in self.widgets.items() if key in self._drawn}
        # Fragments that are done when the next ones start are called interrupted too: they were sent in full.
        for request in self._open:
            request.settle(fragments or request.fragments)

    def _show(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert" and element.alert.format == element.alert.ERROR:
            self.errors.append(f"the page says: {element.alert.body}")
        elif kind == "button":
            self.buttons[_key(element.button.id)] = element.button.id
        elif kind in ("number_input", "slider", "selectbox", "text_input", "text_area", "radio"):
            shown = getattr(element, kind)
            self._drawn.add(_key(shown.id))
            known = self.widgets.get(_key(shown.id))
            if known and known.id == shown.id and not shown.set_value:
                return  # what a person chose stays, unless the server sets it
            self.widgets[_key(shown.id)] = _state(kind, shown)


def _key(widget_id: str) -> str:
    """Return the key within an identifier like `$$ID-<32 hex digits>-key`."""
    return widget_id.split("-", 2)[-1]


def _state(kind: str, shown: Any) -> WidgetState:
    """Return the state of a widget as the frontend has it when it first draws it, or when the server sets it."""
    state = WidgetState(id=shown.id)
    match kind:
        case "radio":
            pass  # nothing is chosen yet
        case "text_area":
            state.string_value = shown.value if shown.set_value else shown.default
        case "selectbox":
            state.string_value = shown.raw_value if shown.set_value else shown.options[shown.default]
        case "text_input":
            state.string_value = shown.value if shown.set_value else shown.default
        case "number_input" if shown.data_type == shown.INT:
            state.int_value = int(shown.value if shown.set_value else shown.default)
        case "number_input":
            state.double_value = shown.value if shown.set_value else shown.default
        case "slider" if shown.options:
            chosen = shown.raw_value if shown.set_value else [shown.options[int(at)] for at in shown.default]
            state.string_array_value.data.extend(chosen)
        case _:
            state.double_array_value.data.extend(shown.value if shown.set_value else shown.default)
    return state
