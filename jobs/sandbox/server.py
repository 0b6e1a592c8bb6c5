"""The sandbox as a real HTTPS server on loopback, whose connections are really cut."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from jobs.sandbox.account import Account
from jobs.sandbox.admin import ADMIN_PATH, admin_application
from jobs.sandbox.bipro.postboxes import Postboxes
from jobs.sandbox.certificates import Certificates
from jobs.sandbox.exchange import Exchange, Traffic, send_answer
from jobs.sandbox.faults import Faults
from jobs.sandbox.faults_file import FaultsFile
from jobs.sandbox.memory import Memory
from jobs.sandbox.reading import BODY_LIMIT, Customer
from jobs.sandbox.request import Answer, Request
from jobs.sandbox.vema import BASE_PATH, Extranet, Visit

LOOPBACK = "127.0.0.1"
KEEP_ALIVE = 75
GRACE = 3


class Sandbox:
    """The application: faults first, then extranet or postbox, all in one event loop."""

    def __init__(self, memory: Memory | None = None, faults_file: FaultsFile | None = None) -> None:
        self.memory = memory or Memory()
        self.extranet, self.postboxes = self._partners()
        self.faults_file = faults_file
        self.traffic = Traffic()
        faults = self._faults_at_start()
        self.postboxes.set_post(faults.post)
        self.memory.replay(self.extranet.book, self.postboxes.replay)
        self.set_faults(faults)
        self._admin: ASGIApp = admin_application(self)

    def start_over(self) -> None:
        """As newly started on empty books, with the faults that the file names. Raises WrongUsage."""
        faults = self._faults_at_start()
        self.memory.forget()
        self.extranet, self.postboxes = self._partners()
        self.traffic.requests = self.traffic.struck = 0
        self.set_faults(faults)

    def set_faults(self, faults: Faults) -> None:
        """From now on; customers that VEMA is to know beforehand are added."""
        self.extranet.set_faults(faults)
        self.postboxes.set_post(faults.post)
        self.preload(faults.customers)

    def look_at_faults(self) -> None:
        """Takes over what the faults file says, where somebody has changed it."""
        if self.faults_file and (faults := self.faults_file.changed()):
            self.set_faults(faults)

    def preload(self, customers: list[Customer]) -> None:
        """Customers that VEMA holds beforehand."""
        if new := self.extranet.book.preload(customers):
            self.memory.preloaded(new)

    def _partners(self) -> tuple[Extranet, Postboxes]:
        extranet = Extranet(time.time, self.memory.record)
        return extranet, Postboxes(time.time, extranet.door, self.memory.note)

    def _faults_at_start(self) -> Faults:
        return self.faults_file.read() if self.faults_file else Faults()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(ADMIN_PATH):
            await self._admin(scope, receive, send)
            return
        self.traffic.requests += 1
        self.look_at_faults()
        body = await _body(receive)
        if body is None:
            await send_answer(send, Answer(413, b"", ((b"connection", b"close"),)))
            return
        headers = dict(scope["headers"])
        path = scope["raw_path"].decode("ascii", "replace")
        request = Request(scope["method"], path, scope["query_string"], headers, body)
        visit = self.postboxes.visit(request) or Visit(self.extranet, request)
        await Exchange(visit, self.traffic, scope, receive, send).run()


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
        return self.root + BASE_PATH

    @property
    def root(self) -> str:
        """What stands before the paths of all partners."""
        return f"https://{LOOPBACK}:{self._port}"

    @property
    def account(self) -> Account:
        """The account that it takes at the moment."""
        return self._sandbox.extranet.door.account

    @property
    def insurer(self) -> Account:
        """The account that the standard insurer takes."""
        return self._sandbox.postboxes.post.insurer

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
        self._sandbox.traffic.stopping.set()
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


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too long or the client left before its end."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= BODY_LIMIT:
        message = await receive()
        body += message.get("body", b"")
    return body if len(body) <= BODY_LIMIT and message["type"] == "http.request" else None
