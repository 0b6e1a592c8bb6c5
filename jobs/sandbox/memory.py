"""Files that the sandbox appends to: its state, replayed after a restart, and receipts for comparison."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from core.errors import UnreadableInput
from core.locale import _
from jobs.sandbox.book import Book, Effect, Entry
from jobs.sandbox.reading import FIELDS, Customer

_ENTRY = tuple(field.name for field in fields(Entry))


def _ignore(_event: Mapping[str, Any]) -> None:
    pass


class Lines:
    """Append-only JSON lines; a line is written whole or not at all, so a kill leaves no torn one."""

    def __init__(self, file: Path, fsync: bool = False) -> None:
        self._file = file
        self._fsync = fsync
        self._descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)

    def append(self, values: Mapping[str, object]) -> None:
        """Writes one line; raises OSError where there is no room for it."""
        line = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        written = os.write(self._descriptor, line)
        if written < len(line):
            os.ftruncate(self._descriptor, os.fstat(self._descriptor).st_size - written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._file))
        if self._fsync:
            os.fdatasync(self._descriptor)

    def read(self) -> Iterator[dict[str, Any]]:
        """What was written so far. Raises UnreadableInput with the number of a line that is none."""
        with self._file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield cast("dict[str, Any]", json.loads(line))
                except ValueError as error:
                    raise UnreadableInput(str(self._file), _("not a line of JSON"), number) from error

    def clear(self) -> None:
        """Forgets everything."""
        os.ftruncate(self._descriptor, 0)

    def close(self) -> None:
        """Gives the file back."""
        os.close(self._descriptor)


class Memory:
    """Writes what happens into the state and the receipts, where the sandbox was given such files."""

    def __init__(self, state: Lines | None = None, receipts: Lines | None = None) -> None:
        self._state = state
        self._receipts = receipts

    def record(self, entry: Entry) -> None:
        """One hand-over, before its answer leaves; a repetition changes nothing and is a receipt only."""
        if self._state and entry.effect is not Effect.REPEATED:
            self._state.append({"entry": entry_as_json(entry)})
        if self._receipts:
            self._receipts.append(_receipt(entry))

    def preloaded(self, customers: Iterable[Customer]) -> None:
        """Customers that VEMA holds beforehand."""
        if self._state:
            self._state.append({"preload": [customer_as_json(customer) for customer in customers]})

    def deleted(self, numbers: Iterable[str]) -> None:
        """Numbers that VEMA forgot."""
        if self._state:
            self._state.append({"delete": list(numbers)})

    def note(self, event: Mapping[str, object]) -> None:
        """What happened in a postbox."""
        if self._state:
            self._state.append(event)

    def forget(self) -> None:
        """The book was emptied. Receipts stay: they say what was answered."""
        if self._state:
            self._state.clear()

    def replay(self, book: Book, others: Callable[[Mapping[str, Any]], None] = _ignore) -> None:
        """Makes the book what it was when the sandbox stopped; `others` are told of every event."""
        for event in self._state.read() if self._state else ():
            if "entry" in event:
                book.enter(entry_from_json(event["entry"]))
            book.preload(Customer(**values) for values in event.get("preload", ()))
            book.delete_numbers(event.get("delete", ()))
            others(event)

    def close(self) -> None:
        """Gives the files back."""
        for lines in (self._state, self._receipts):
            if lines:
                lines.close()


def customer_as_json(customer: Customer) -> dict[str, str]:
    """The fields that are not empty."""
    return {name: value for name in FIELDS if (value := getattr(customer, name))}


def entry_as_json(entry: Entry) -> dict[str, Any]:
    """An entry as plain values; what is empty is left out."""
    values = {name: value for name in _ENTRY if (value := getattr(entry, name))}
    return {**values, "customer": customer_as_json(entry.customer)}


def entry_from_json(values: Mapping[str, Any]) -> Entry:
    """What `entry_as_json` made."""
    plain: dict[str, Any] = {"key": "", "digest": "", "at": 0.0, **values}
    customer, effect = plain.pop("customer"), plain.pop("effect")
    return Entry(customer=Customer(**customer), effect=Effect(effect), **plain)


def _receipt(entry: Entry) -> dict[str, str]:
    return {
        "key": entry.key,
        "number": entry.customer.number,
        "effect": entry.effect,
        "vemanummer": entry.reference,
        "time": datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds"),
    }
