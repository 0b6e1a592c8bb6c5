"""An HTTPS transport for httpx that knows two things httpx does not: a deadline for the whole request, and
whether any of it has left.

httpx bounds each single read, so an answer that drips one byte a minute would never end; and what follows
from a failure depends on whether the partner can have seen the request. Each connection is in the hands of
one request at a time: httpcore's own pool, asked by several threads, now and then takes a connection whose
answer has just come for an idle one that the server closed, and closes it.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, LifoQueue
from typing import Any

import httpcore
import httpx

from core.partners.endpoint import Timeouts

WATCH = "leitstand.watch"
"""The extension of a request that holds its Watch."""
_RECORD = 16_384
_COLLECTED = 65_536


class CertificateRefused(httpcore.ConnectError):
    """The server's certificate does not verify; `code` is OpenSSL's number for the reason."""

    def __init__(self, error: ssl.SSLCertVerificationError) -> None:
        super().__init__(error.verify_message)
        self.code = error.verify_code


@dataclass(slots=True)
class Watch:
    """One request: until when (monotonic seconds), and whether some of it has left."""

    deadline: float
    sent: bool = False

    def within(self, timeout: float | None, late: type[httpcore.TimeoutException]) -> float:
        """The seconds that a step may take; raises `late` where none are left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise late("the whole request took too long")
        return left if timeout is None else min(timeout, left)


class WatchedTransport(httpx.BaseTransport):
    """HTTP/1.1 over verified TLS to one origin, at most `connections` at once, kept alive.

    Every request carries a Watch. Raises httpcore's exceptions. Safe to use from several threads.
    """

    def __init__(self, context: ssl.SSLContext, connections: int, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._closed = False
        self._free: LifoQueue[_Line] = LifoQueue()
        for _count in range(connections):
            self._free.put(_Line(context, timeouts.keep_alive))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request; its connection is free again when the answer is closed."""
        watch: Watch = request.extensions[WATCH]
        try:
            line = self._free.get(timeout=watch.within(self._timeouts.connect, httpcore.PoolTimeout))
        except Empty as error:
            raise httpcore.PoolTimeout("no connection became free") from error
        try:
            answer = line.ask(_for_httpcore(request), watch)
            body = _Body(answer, lambda: self._give_back(line))
            return httpx.Response(answer.status, headers=answer.headers, stream=body)
        except BaseException:
            line.hang_up()
            self._free.put(line)
            raise

    def close(self) -> None:
        """Ends all idle connections; those in use end with their answers."""
        self._closed = True
        for _count in range(self._free.qsize()):
            try:
                line = self._free.get_nowait()
            except Empty:
                return
            line.hang_up()
            self._free.put(line)

    def _give_back(self, line: _Line) -> None:
        if self._closed:
            line.hang_up()
        self._free.put(line)


class _Line:
    """A place for one connection, in the hands of one request at a time."""

    def __init__(self, context: ssl.SSLContext, keep_alive: float) -> None:
        self.watch = Watch(0)
        self._context, self._keep_alive = context, keep_alive
        self._connection: httpcore.HTTPConnection | None = None

    def ask(self, request: httpcore.Request, watch: Watch) -> httpcore.Response:
        self.watch = watch
        if self._connection is not None and (self._connection.is_closed() or self._connection.has_expired()):
            self.hang_up()
        if self._connection is None:
            self._connection = httpcore.HTTPConnection(
                request.url.origin,
                ssl_context=self._context,
                keepalive_expiry=self._keep_alive,
                network_backend=_WatchedBackend(self),
            )
        return self._connection.handle_request(request)

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Body(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response, finished: Callable[[], None]) -> None:
        self._answer, self._finished = answer, finished

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        try:
            self._answer.close()
        finally:
            self._finished()


class _WatchedStream(httpcore.NetworkStream):
    """Collects head and body and writes them at once: quicker, and mostly one record, whole or nothing."""

    def __init__(self, stream: httpcore.NetworkStream, line: _Line) -> None:
        self._stream, self._line = stream, line
        self._unwritten = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._unwritten:
            # As httpcore has it: a server that stops listening may have said why.
            with suppress(httpcore.WriteError):
                self._flush(timeout)
        return self._stream.read(max_bytes, self._line.watch.within(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._unwritten += buffer
        if len(self._unwritten) > _COLLECTED:
            self._flush(timeout)

    def _flush(self, timeout: float | None) -> None:
        data, self._unwritten = self._unwritten, b""
        seconds = self._line.watch.within(timeout, httpcore.WriteTimeout)
        # Of several records some may arrive although a later one fails; a single one is whole or nothing.
        self._line.watch.sent = self._line.watch.sent or len(data) > _RECORD
        self._stream.write(data, seconds)
        self._line.watch.sent = True

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._line.watch.within(timeout, httpcore.ConnectTimeout)
        try:
            return _WatchedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._line)
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise CertificateRefused(error.__cause__) from error
            raise

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _WatchedBackend(httpcore.NetworkBackend):
    def __init__(self, line: _Line) -> None:
        self._backend, self._line = httpcore.SyncBackend(), line

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        seconds = self._line.watch.within(timeout, httpcore.ConnectTimeout)
        stream = self._backend.connect_tcp(host, port, seconds, local_address, socket_options)
        return _WatchedStream(stream, self._line)


def _for_httpcore(request: httpx.Request) -> httpcore.Request:
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )
