"""GDV portfolio data (Bestandsdaten): fixed records of 256 bytes, as far as contracts are read from them.

Positions count from 1, as in the field's own tables; the file is CP1252 and may be cut or dented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LENGTH = 256
LONGEST_LINE = 4096
HEAD = 4096


def is_gdv(head: bytes) -> bool:
    """Whether this is GDV portfolio data: records of 256 bytes, the first of them of the type 0001."""
    first = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].rstrip(b"\r")
    if not first.startswith(b"0001") or not first[4:9].strip().isalnum():
        return False
    return 200 <= len(first) <= 256 or (len(first) > 256 and first[256:260].isdigit())


def is_gdv_file(path: Path) -> bool:
    """Whether a file is GDV portfolio data."""
    with path.open("rb") as file:
        return is_gdv(file.read(HEAD))


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its type, and fields by position."""

    line: str

    @property
    def kind(self) -> str:
        """The record type (Satzart), four digits."""
        return self.line[:4]

    @property
    def part(self) -> str:
        """The part number, which most types have in the last place."""
        return self.line[LENGTH - 1 : LENGTH]

    def at(self, first: int, last: int) -> str:
        """What stands from one place to another, both included, without blanks at its edges."""
        return self.line[first - 1 : last].strip()


@dataclass(frozen=True, slots=True)
class GdvContract:
    """A contract as GDV data names it: insurer, number, line of business, the broker's customer number."""

    insurer: str
    number: str
    line: str
    customer_number: str = ""


def records_of(path: Path) -> Iterator[Record]:
    """Every record, line by line, or in pieces of 256 where there are no line ends."""
    with path.open("rb") as file:
        while raw := file.readline(LONGEST_LINE):
            text = raw.rstrip(b"\r\n").decode("cp1252", "replace")
            for start in range(0, max(len(text), 1), LENGTH):
                line = text[start : start + LENGTH]
                if line[:4].isdigit():
                    yield Record(line)


def contracts_of(path: Path) -> Iterator[GdvContract]:
    """Each contract once for every run of its records: insurer, number, line, whose it is at the broker's."""
    customer, last = "", None
    for record in records_of(path):
        if record.kind == "0100" and record.part == "1":
            customer = ""
        elif record.kind == "0100" and record.part == "2":
            customer = record.at(60, 76)
        elif record.kind == "0200":
            key = (record.at(5, 9), record.at(14, 30), record.at(11, 13), customer)
            if key[1] and key != last:
                last = key
                yield GdvContract(*key)


def summary_of(path: Path) -> str:
    """What is in the file, in a few lines: who sent it, how many records of which type, the contracts."""
    kinds: Counter[str] = Counter()
    sender = receiver = ""
    for record in records_of(path):
        kinds[record.kind] += 1
        if record.kind == "0001" and not sender:
            sender, receiver = record.at(10, 39), record.at(40, 69)
    lines = [f"GDV {sender} → {receiver}".rstrip(" →")]
    lines += [f"{kind}: {count}" for kind, count in sorted(kinds.items())]
    return "\n".join(lines)
