"""The sandbox as a real HTTPS server on loopback, whose connections are really cut."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from jobs.sandbox import rubbish
from jobs.sandbox.admin import ADMIN_PATH, admin_application
from jobs.sandbox.certificates import Certificates
from jobs.sandbox.faults import (
    Account,
    Asked,
    Cut,
    Drip,
    Failure,
    Faults,
    Moment,
    Rubbish,
    Silence,
    Struck,
    Trouble,
)
from jobs.sandbox.faults_file import FaultsFile
from jobs.sandbox.memory import Memory
from jobs.sandbox.reading import BODY_LIMIT, Customer, Unreadable, read_customer
from jobs.sandbox.vema import BASE_PATH, Answer, Extranet, Request

LOOPBACK = "127.0.0.1"
KEEP_ALIVE = 75
GRACE = 3

_log = logging.getLogger(__name__)
_RESET = struct.pack("ii", 1, 0)


class Sandbox:
    """The application: faults first, then the extranet, all in one event loop."""

    def __init__(self, memory: Memory | None = None, faults_file: FaultsFile | None = None) -> None:
        self.memory = memory or Memory()
        self.extranet = Extranet(time.time, self.memory.record)
        self.faults_file = faults_file
        self.stopping = asyncio.Event()
        self.requests = 0
        self.struck = 0
        faults = self._faults_at_start()
        self.memory.replay(self.extranet.book)
        self.set_faults(faults)
        self._admin: ASGIApp = admin_application(self)

    def start_over(self) -> None:
        """As newly started on empty books, with the faults that the file names. Raises WrongUsage."""
        faults = self._faults_at_start()
        self.memory.forget()
        self.extranet = Extranet(time.time, self.memory.record)
        self.requests = self.struck = 0
        self.set_faults(faults)

    def set_faults(self, faults: Faults) -> None:
        """From now on; customers that VEMA is to know beforehand are added."""
        self.extranet.set_faults(faults)
        self.preload(faults.customers)

    def look_at_faults(self) -> None:
        """Takes over what the faults file says, where somebody has changed it."""
        if self.faults_file and (faults := self.faults_file.changed()):
            self.set_faults(faults)

    def preload(self, customers: list[Customer]) -> None:
        """Customers that VEMA holds beforehand."""
        if new := self.extranet.book.preload(customers):
            self.memory.preloaded(new)

    def _faults_at_start(self) -> Faults:
        return self.faults_file.read() if self.faults_file else Faults()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(ADMIN_PATH):
            await self._admin(scope, receive, send)
            return
        self.requests += 1
        self.look_at_faults()
        body = await _body(receive)
        if body is None:
            await _send(send, Answer(413, b"", ((b"connection", b"close"),)))
            return
        headers = dict(scope["headers"])
        path = scope["raw_path"].decode("ascii", "replace")
        request = Request(scope["method"], path, scope["query_string"], headers, body)
        await _Exchange(self, request, scope, receive, send).run()


class _Exchange:
    """One request and what becomes of it."""

    def __init__(self, sandbox: Sandbox, request: Request, scope: Scope, receive: Receive, send: Send):
        self.sandbox = sandbox
        self.request = request
        self.transport = cast(asyncio.Transport, scope["state"]["transport"])
        self.receive = receive
        self.send = send
        self.customer: Customer | None = None

    async def run(self) -> None:
        struck = self._strike()
        if struck.delay:
            await self._pause(struck.delay)
        if struck.trouble is None:
            await _send(self.send, self._process())
            return
        self.sandbox.struck += 1
        await self._go_wrong(struck.trouble, struck.moment)

    def _strike(self) -> Struck:
        faults, asked = self.sandbox.extranet.faults, self.request.asked
        if asked is None or not faults.faults:
            return Struck()
        if asked is Asked.HAND_OVER and faults.need_customer:
            with suppress(Unreadable):
                self.customer = read_customer(self.request.body)
        return faults.strike(asked, self.customer)

    def _process(self) -> Answer:
        try:
            return self.sandbox.extranet.answer(self.request, self.customer)
        except OSError as error:
            _log.warning("a hand-over cannot be written down: %s", error)
            return Answer(500, b"")

    async def _go_wrong(self, trouble: Trouble, moment: Moment) -> None:
        right = Answer(500, b"") if moment is Moment.BEFORE else self._process()
        match trouble:
            case Failure() as failure:
                await _send(self.send, _error_page(failure))
            case Cut(reset):
                if moment is Moment.DURING:
                    await _send(self.send, right, only=len(right.body) // 2)
                await self._cut(reset)
            case Silence():
                await self._stay_silent()
            case Rubbish() as garbage:
                await self._send_rubbish(garbage)
            case Drip(pause):
                await self._drip(right, pause)

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
        stopped = asyncio.ensure_future(self.sandbox.stopping.wait())
        await asyncio.wait((gone, stopped), return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        stopped.cancel()
        await self._cut(reset=True)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.sandbox.stopping.wait(), seconds)

    async def _send_rubbish(self, garbage: Rubbish) -> None:
        size = str(rubbish.length(garbage)).encode()
        headers = [(b"content-type", rubbish.content_type(garbage)), (b"content-length", size)]
        start = {"type": "http.response.start", "status": rubbish.status(garbage), "headers": headers}
        await self.send(start)
        for chunk in rubbish.chunks(garbage):
            if self.transport.is_closing():
                return
            await self.send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self.send({"type": "http.response.body", "body": b""})

    async def _drip(self, right: Answer, pause: float) -> None:
        await _send(self.send, right, only=0)
        for position in range(len(right.body)):
            await self._pause(pause)
            if self.transport.is_closing():
                return
            byte = right.body[position : position + 1]
            await self.send({"type": "http.response.body", "body": byte, "more_body": True})
        await self.send({"type": "http.response.body", "body": b""})


class Server(uvicorn.Server):
    """Says when it listens; lets hanging requests go when it is told to stop."""

    def __init__(self, sandbox: Sandbox, made: Certificates, port: int, ready: Callable[[str], None]) -> None:
        self._sandbox = sandbox
        self._ready = ready
        self._socket = _listening(port)
        self._port = int(self._socket.getsockname()[1])
        super().__init__(_configuration(sandbox, made.server_file))

    @property
    def base_url(self) -> str:
        """What an office's configuration names."""
        return f"https://{LOOPBACK}:{self._port}{BASE_PATH}"

    @property
    def account(self) -> Account:
        """The account that it takes at the moment."""
        return self._sandbox.extranet.door.account

    def serve_until_stopped(self) -> None:
        """Blocks until SIGTERM, SIGINT or `should_exit`."""
        try:
            self.run(sockets=[self._socket])
        finally:
            self._sandbox.memory.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready(self.base_url)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._sandbox.stopping.set()
        await super().shutdown(sockets)


class _Protocol(H11Protocol):
    """Shows the application its transport: there is no other way to cut a connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}

    def shutdown(self) -> None:
        """An idle member need not take part in closing: one that does not read would hold everything up."""
        super().shutdown()
        if self.transport.is_closing():
            self.transport.abort()


def _configuration(sandbox: Sandbox, server_file: Path) -> uvicorn.Config:
    return uvicorn.Config(
        sandbox,
        http=_Protocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        ssl_certfile=server_file,
    )


def _listening(port: int) -> socket.socket:
    # asyncio switches Nagle off for sockets of this protocol number only; else an answer takes 40 ms
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
    except OSError:
        listening.close()
        raise
    listening.listen(2048)
    return listening


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too long or the client left before its end."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= BODY_LIMIT:
        message = await receive()
        body += message.get("body", b"")
    return body if len(body) <= BODY_LIMIT and message["type"] == "http.request" else None


async def _send(send: Send, right: Answer, only: int | None = None) -> None:
    """Sends an answer; with `only`, the headers promise all of it and that many bytes follow."""
    headers = [
        (b"content-type", right.content_type),
        (b"content-length", str(len(right.body)).encode()),
        *right.headers,
    ]
    await send({"type": "http.response.start", "status": right.status, "headers": headers})
    body = right.body if only is None else right.body[:only]
    await send({"type": "http.response.body", "body": body, "more_body": only is not None})


def _error_page(failure: Failure) -> Answer:
    page = f"<html><head><title>{failure.status}</title></head><body><h1>{failure.status}</h1></body></html>"
    again = failure.retry_header(time.time())
    headers = ((b"retry-after", again.encode()),) if again else ()
    return Answer(failure.status, page.encode(), headers, content_type=b"text/html")
