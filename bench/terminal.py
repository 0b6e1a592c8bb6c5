"""A terminal for programs that are measured: a real pty, what they write, and when.

It answers Textual's question for synchronised output (mode 2026), as modern terminals do, so that frames come
in one piece.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

COLUMNS, LINES = 140, 40
QUIET = 0.08
"""Seconds without output after which a repaint is over; the detail follows the cursor later than that."""
SETTLED = 0.5
LONGEST = 120.0
ASKED, ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
LOOKS = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
DOWN, PAGE_DOWN, PAGE_UP, END = b"\x1b[B", b"\x1b[6~", b"\x1b[5~", b"\x1b[F"


@dataclass(frozen=True, slots=True)
class Burst:
    """What a program wrote after something happened: the bytes, and seconds until the last of them."""

    output: bytes
    seconds: float


class Terminal:
    """A program in a pty of 140 columns and 40 lines; for a `with` statement."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str] = {}) -> None:
        self.command = list(command)
        self.variables = {**os.environ, **LOOKS, **variables}
        self.variables.pop("PYTHONDONTWRITEBYTECODE", None)

    def __enter__(self) -> Terminal:
        self.started = time.perf_counter()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execvpe(self.command[0], self.command, self.variables)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.written = b""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.master)

    def read(self, seconds: float) -> bytes:
        """What is written within that time, as soon as there is something; empty where there is nothing."""
        ready, _writable, _failed = select.select([self.master], [], [], max(0.0, seconds))
        if not ready:
            return b""
        try:
            piece = os.read(self.master, 1 << 16)
        except OSError:
            piece = b""
        if not piece:
            raise RuntimeError(f"{self.command} ended: {self.written[-2000:].decode(errors='replace')}")
        if ASKED in piece:
            os.write(self.master, ANSWER)
        self.written = (self.written + piece)[-1_000_000:]
        return piece

    def wait_for(self, pattern: bytes) -> float:
        """Seconds from the start of the program until it has written this (a regular expression)."""
        return self.wait_after(self.started, pattern, self.written)

    def wait_after(self, start: float, pattern: bytes, before: bytes = b"") -> float:
        """Seconds from `start` until this is written. Raises RuntimeError where it never is."""
        written, wanted = before, re.compile(pattern)
        while wanted.search(written) is None:
            if time.perf_counter() - start > LONGEST:
                raise RuntimeError(f"{self.command} never wrote {pattern!r}: {written[-2000:]!r}")
            written = written[-100_000:] + self.read(1.0)
        return time.perf_counter() - start

    def burst(self, quiet: float = QUIET) -> Burst:
        """What is written from now on, until nothing more comes for a while."""
        start = last = time.perf_counter()
        pieces: list[bytes] = []
        while True:
            wait = LONGEST if not pieces else quiet
            piece = self.read(wait)
            if not piece:
                return Burst(b"".join(pieces), last - start)
            last = time.perf_counter()
            pieces.append(piece)

    def press(self, key: bytes) -> Burst:
        """Presses a key and waits for the repaint."""
        self.send(key)
        return self.burst()

    def send(self, keys: bytes) -> None:
        """Presses keys and waits for nothing."""
        os.write(self.master, keys)

    def settle(self, seconds: float = SETTLED) -> int:
        """Waits until nothing has been written for so long; how many bytes were."""
        number = 0
        while piece := self.read(seconds):
            number += len(piece)
        return number

    def listen(self, seconds: float) -> bytes:
        """Everything that is written within that time."""
        end, pieces = time.perf_counter() + seconds, list[bytes]()
        while (left := end - time.perf_counter()) > 0:
            pieces.append(self.read(left))
        return b"".join(pieces)

    @property
    def busy(self) -> float:
        """Seconds of processor time that it has used; what neighbours on the machine do is not in them."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory(self) -> float:
        """Megabytes that the program holds now."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024

    @property
    def peak(self) -> float:
        """The most megabytes that it ever held."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) / 1024
