"""The text of PDFs, read by a process that may die of them."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from core.postbox import pdf_worker

SECONDS = 30.0
"""How long one file may take, by the clock; its processor time is limited beside that."""
LONGEST_ANSWER = 16 << 20


@dataclass(frozen=True, slots=True)
class PdfText:
    """What can be read in a PDF; `damage` is "", `encrypted`, `damaged` or `empty`."""

    text: str = ""
    pages: int = 0
    damage: str = ""


DAMAGED = PdfText(damage="damaged")


class PdfReader:
    """Reads PDFs one after the other; the process is started for the first and replaced where it dies.

    Use it in a `with` statement, by one thread.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PdfReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, path: Path) -> PdfText:
        """The text of a PDF; one that kills or outlasts its reader is damaged."""
        process = self._process or self._start()
        answer = b""
        with suppress(OSError):
            answer = self._ask(process, json.dumps(str(path)).encode() + b"\n")
        if not answer.endswith(b"\n"):
            self.close()
            return DAMAGED
        found: dict[str, Any] = json.loads(answer)
        # PDFium answers with halves of surrogate pairs, which no database takes.
        text = str(found["text"]).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return PdfText(text.replace("\0", ""), int(found["pages"]), str(found["damage"]))

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(OSError):
                process.communicate()

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(Path(pdf_worker.__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )
        return self._process

    def _ask(self, process: subprocess.Popen[bytes], line: bytes) -> bytes:
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(line)
        process.stdin.flush()
        answer = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not answer.endswith(b"\n") and len(answer) <= LONGEST_ANSWER:
                if not selector.select(self.seconds):
                    break
                chunk = os.read(process.stdout.fileno(), 1 << 16)
                if not chunk:
                    break
                answer += chunk
        return bytes(answer)
