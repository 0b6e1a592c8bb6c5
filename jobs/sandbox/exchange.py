"""One request and what becomes of it: delays, faults, connections that are really cut."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, cast

from starlette.types import Receive, Scope, Send

from jobs.sandbox.request import Answer
from jobs.sandbox.rubbish import Rubble
from jobs.sandbox.trouble import (
    Cut,
    Drip,
    Failure,
    Moment,
    Rubbish,
    Said,
    Silence,
    Struck,
    Trouble,
    Truncated,
)

_RESET = struct.pack("ii", 1, 0)
_BLOCK = 256 * 1024


@dataclass(slots=True)
class Traffic:
    """What the server counts, and whether it is about to stop."""

    requests: int = 0
    struck: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)


class Handling(Protocol):
    """What a simulated partner does with one request."""

    rubble: Rubble

    def strike(self) -> Struck:
        """What goes wrong with it; counts it."""
        ...

    def process(self) -> Answer:
        """Does what is asked."""
        ...

    def refusal(self, said: Said) -> Answer:
        """An answer that a fault puts in the place of the right one."""
        ...


class Exchange:
    """Carries one request out over its connection."""

    def __init__(self, handling: Handling, traffic: Traffic, scope: Scope, receive: Receive, send: Send):
        self.handling = handling
        self.traffic = traffic
        self.transport = cast(asyncio.Transport, scope["state"]["transport"])
        self.receive = receive
        self.send = send

    async def run(self) -> None:
        """Until the answer has been sent, or the connection is gone."""
        struck = self.handling.strike()
        if struck.delay:
            await self._pause(struck.delay)
        if struck.trouble is None:
            await send_answer(self.send, self.handling.process())
            return
        self.traffic.struck += 1
        await self._go_wrong(struck.trouble, struck.moment)

    async def _go_wrong(self, trouble: Trouble, moment: Moment) -> None:
        right = Answer(500, b"") if moment is Moment.BEFORE else self.handling.process()
        match trouble:
            case Failure() as failure:
                await send_answer(self.send, _error_page(failure))
            case Said() as said:
                await send_answer(self.send, self.handling.refusal(said))
            case Cut(reset):
                if moment is Moment.DURING:
                    await send_answer(self.send, right, only=len(right.body) // 2)
                await self._cut(reset)
            case Silence():
                await self._stay_silent()
            case Rubbish() as garbage:
                await self._send_rubbish(garbage)
            case Drip(pause, piece):
                await self._drip(right, pause, piece)
            case Truncated(share):
                part = b"".join(right.chunks(int(len(right.body) * share)))
                whole = Answer(right.status, part, right.headers, right.content_type)
                await send_answer(self.send, whole)

    async def _cut(self, reset: bool) -> None:
        if not self.transport.is_closing():
            raw = self.transport.get_extra_info("socket")
            if reset and raw is not None:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.transport.abort()
        # uvicorn answers 500 on a connection that it does not yet know to be gone
        await _gone(self.receive)

    async def _stay_silent(self) -> None:
        gone = asyncio.ensure_future(_gone(self.receive))
        stopped = asyncio.ensure_future(self.traffic.stopping.wait())
        await asyncio.wait((gone, stopped), return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        stopped.cancel()
        await self._cut(reset=True)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.traffic.stopping.wait(), seconds)

    async def _send_rubbish(self, garbage: Rubbish) -> None:
        rubble = self.handling.rubble
        size = str(rubble.length(garbage)).encode()
        headers = [(b"content-type", rubble.content_type(garbage)), (b"content-length", size)]
        start = {"type": "http.response.start", "status": rubble.status(garbage), "headers": headers}
        await self.send(start)
        for chunk in rubble.chunks(garbage):
            if self.transport.is_closing():
                return
            await self.send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self.send({"type": "http.response.body", "body": b""})

    async def _drip(self, right: Answer, pause: float, piece: int) -> None:
        await send_answer(self.send, right, only=0)
        body = b"".join(right.chunks())
        for position in range(0, len(body), piece):
            await self._pause(pause)
            if self.transport.is_closing():
                return
            some = body[position : position + piece]
            await self.send({"type": "http.response.body", "body": some, "more_body": True})
        await self.send({"type": "http.response.body", "body": b""})


async def send_answer(send: Send, right: Answer, only: int | None = None) -> None:
    """Sends an answer; with `only`, the headers promise all of it and that many bytes follow."""
    headers = [
        (b"content-type", right.content_type),
        (b"content-length", str(len(right.body)).encode()),
        *right.headers,
    ]
    await send({"type": "http.response.start", "status": right.status, "headers": headers})
    if only is None and isinstance(right.body, bytes):
        await send({"type": "http.response.body", "body": right.body})
        return
    for block in _blocks(right.chunks(only)):
        await send({"type": "http.response.body", "body": block, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": only is not None})


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of moderate size: the small pieces of a multipart answer cost a send each."""
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= _BLOCK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _error_page(failure: Failure) -> Answer:
    page = f"<html><head><title>{failure.status}</title></head><body><h1>{failure.status}</h1></body></html>"
    again = failure.retry_header(time.time())
    headers = ((b"retry-after", again.encode()),) if again else ()
    return Answer(failure.status, page.encode(), headers, content_type=b"text/html")
