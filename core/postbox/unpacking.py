"""Unpacking ZIP files that came as post: into the archive, never onto a path that the ZIP names.

What a ZIP says of its sizes is not believed; bytes are counted as they come, and a bomb stops at the limit.
"""

from __future__ import annotations

import errno
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.archive import Archive, Stored
from core.locale import Message, _

CHUNK = 1 << 16
MEGABYTE = 1 << 20
_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a ZIP may unpack to: files, bytes of one and of all, and how far it may have been packed."""

    members: int = 500
    member_bytes: int = 200 * MEGABYTE
    all_bytes: int = 500 * MEGABYTE
    ratio: int = 200
    """Bytes unpacked for one packed, once more than `free_bytes` came of one file."""
    free_bytes: int = 10 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a ZIP: what it is called there, and where it lies now."""

    name: str
    stored: Stored


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of a ZIP, and why it was not all: `damage` as documents have it."""

    members: tuple[Member, ...] = ()
    damage: str = ""
    reason: Message | None = None


class _TooMuch(Exception):
    """The ZIP wants to become more than it may."""


def unpack(archive: Archive, path: Path, limits: Limits | None = None) -> Unpacked:
    """Stores every file of a ZIP in the archive; those before a fault are kept.

    Raises DatabaseUnavailable where the archive cannot be written, and nothing for whatever is in the ZIP.
    """
    allowed = limits or Limits()
    members: list[Member] = []
    try:
        with zipfile.ZipFile(path) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
            if any(info.flag_bits & _ENCRYPTED for info in infos):
                return Unpacked((), "encrypted", _("The ZIP is encrypted."))
            left = allowed.all_bytes
            for info in infos[: allowed.members]:
                stored = archive.store(_content(opened, info, min(left, allowed.member_bytes), allowed))
                left -= stored.size
                members.append(Member(info.filename, stored))
    except _TooMuch:
        reason = _("The ZIP unpacks to more than is allowed; what came before that is kept.")
        return Unpacked(tuple(members), "damaged", reason)
    except _BROKEN:
        reason = _("The ZIP is damaged; what could be unpacked is kept.")
        return Unpacked(tuple(members), "damaged", reason)
    if len(infos) > allowed.members:
        reason = _("The ZIP has more than {count} files; the others are not unpacked.", count=allowed.members)
        return Unpacked(tuple(members), "damaged", reason)
    if not members:
        return Unpacked((), "empty", _("The ZIP has no files."))
    return Unpacked(tuple(members))


_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    UnicodeError,
    OverflowError,
)


def _content(opened: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, limits: Limits) -> Iterator[bytes]:
    came = 0
    packed = max(1, info.compress_size)
    try:
        with opened.open(info) as file:
            while chunk := file.read(CHUNK):
                came += len(chunk)
                if came > most or (came > limits.free_bytes and came > packed * limits.ratio):
                    raise _TooMuch
                yield chunk
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        # a place before the file's beginning: the directory lies, the disk is well
        raise zipfile.BadZipFile(str(error)) from error
