"""A TLS server that does exactly what a script says, down to the byte and the cut; one step per request."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

Step = Callable[["Caller"], bool]
"""Answers one request; says whether the connection stays open for another."""


@dataclass
class Received:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Caller:
    """An accepted connection: the socket, and when the server is stopped."""

    socket: socket.socket
    stopped: threading.Event

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)

    def wait(self, seconds: float) -> None:
        self.stopped.wait(seconds)


def answer(status: int, body: bytes = b"", **headers: str) -> Step:
    """A whole answer; the connection stays open. Header names are written with _ for -."""

    def step(caller: Caller) -> bool:
        caller.say(http(status, body, headers=headers))
        return True

    return step


def http(
    status: int, body: bytes = b"", length: int | None = None, headers: Mapping[str, str] | None = None
) -> bytes:
    """The bytes of an answer; `length` may lie."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(status: int, word: str, inside: str = "", **attributes: str) -> Step:
    """An `Antwort` of the invented protocol."""
    return answer(status, antwort(word, inside, **attributes), Content_Type="application/xml")


def antwort(word: str, inside: str = "", **attributes: str) -> bytes:
    further = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<Antwort status="{word}"{further}>{inside}</Antwort>'.encode()


def raw(data: bytes) -> Step:
    """These bytes, then the end of the connection."""

    def step(caller: Caller) -> bool:
        caller.say(data)
        return False

    return step


def hang_up(caller: Caller) -> bool:
    """Reads the request and closes without a word."""
    return False


def reset(caller: Caller) -> bool:
    """Reads the request and resets the connection."""
    caller.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def reset_later(first: Step, when: threading.Event) -> Step:
    """Answers, and resets the idle connection later on."""

    def step(caller: Caller) -> bool:
        first(caller)
        when.wait(5)
        return reset(caller)

    return step


def say_nothing(caller: Caller) -> bool:
    """Never answers."""
    caller.stopped.wait()
    return False


def drip(data: bytes, at_once: int, every: float) -> Step:
    """The first `at_once` bytes at once, the others one by one, `every` so many seconds."""

    def step(caller: Caller) -> bool:
        caller.say(data[:at_once])
        for position in range(at_once, len(data)):
            caller.wait(every)
            if caller.stopped.is_set():
                break
            caller.say(data[position : position + 1])
        return False

    return step


def at_the_same_time(number: int, then: Step) -> Step:
    """Answers once so many requests wait for theirs: only concurrent ones ever get one."""
    barrier = threading.Barrier(number)

    def step(caller: Caller) -> bool:
        barrier.wait(5)
        return then(caller)

    return step


@dataclass
class RawServer:
    """Listens on loopback with a certificate; the last step of the script is repeated for ever.

    `before_tls` speaks before the handshake and says whether there is to be one.
    """

    context: ssl.SSLContext
    script: list[Step] = field(default_factory=list[Step])
    before_tls: Callable[[Caller], bool] | None = None
    received: list[Received] = field(default_factory=list[Received])
    connections: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/extranet/v1"

    def does(self, *steps: Step) -> None:
        """From now on."""
        with self._lock:
            self.script[:] = steps

    def hang_up_all(self) -> None:
        """Closes every open connection, as a server does with idle ones."""
        with self._lock:
            for connection in self._open:
                shut(connection)
            self._open.clear()

    def wait_for_the_end_of_all(self) -> None:
        """Returns once every connection so far is closed."""
        for thread in self._threads[1:]:
            thread.join(5)

    def stop(self) -> None:
        self._stopped.set()
        shut(self._listening)
        self.hang_up_all()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                plain, _address = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(plain,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        with self._lock:
            self.connections += 1
            number = self.connections
        try:
            if self.before_tls is not None and not self.before_tls(Caller(plain, self._stopped)):
                return
            with self.context.wrap_socket(plain, server_side=True) as connection:
                with self._lock:
                    self._open.append(connection)
                self._talk(connection, number)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open[:] = [one for one in self._open if one.fileno() >= 0]
            shut(plain)

    def _talk(self, connection: socket.socket, number: int) -> None:
        stream = connection.makefile("rb")
        while request := _read(stream, number):
            with self._lock:
                self.received.append(request)
                step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if not step(Caller(connection, self._stopped)):
                return


def shut(connection: socket.socket) -> None:
    # shutdown wakes a thread that waits in accept or recv; close alone does not.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


def _read(stream: BinaryIO, number: int) -> Received | None:
    lines: list[str] = []
    for line in iter(stream.readline, b""):
        if line == b"\r\n":
            headers = {
                name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines[1:])
            }
            body = stream.read(int(headers.get("content-length", 0)))
            return Received(lines[0], headers, body, number)
        lines.append(line.decode("latin-1").rstrip("\r\n"))
    return None
