"""The archive (Archiv): what came in, byte for byte, under the hash of its content."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import DatabaseUnavailable
from core.locale import _

CHUNK = 1 << 20
_UNFINISHED = "arriving-"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of the archive: SHA-256 in hex and size in bytes."""

    sha256: str
    size: int


class Archive:
    """Files named by their content. Storing the same bytes twice gives one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Where the file with this hash lies."""
        return self.folder / sha256[:2] / sha256[2:]

    def store(self, chunks: Iterable[bytes]) -> Stored:
        """Writes, syncs and names a file; only then does it count as received.

        Raises DatabaseUnavailable when the disk is full or the folder cannot be written.
        """
        try:
            return self._store(chunks)
        except OSError as error:
            reason = error.strerror or str(error)
            raise DatabaseUnavailable(_("The archive cannot be written: {reason}", reason=reason)) from error

    def store_file(self, path: Path) -> Stored:
        """Copies a file into the archive."""
        with path.open("rb") as file:
            return self.store(iter(lambda: file.read(CHUNK), b""))

    def sweep(self, older_than: datetime) -> int:
        """Removes what killed processes left half-written before that moment; answers how many files."""
        removed = 0
        for unfinished in self.folder.glob(f"{_UNFINISHED}*"):
            with suppress(FileNotFoundError):
                if unfinished.lstat().st_mtime < older_than.timestamp():
                    unfinished.unlink()
                    removed += 1
        return removed

    def remove(self, sha256: str, older_than: datetime) -> bool:
        """Removes a file that was stored last before that moment; answers whether it did.

        It is put aside before it is looked at: the same content that comes in at this very moment is a new
        file under the same name, and stays.
        """
        path = self.path(sha256)
        aside = path.with_name(f"{path.name}.removed")
        with suppress(FileNotFoundError):
            path.replace(aside)
        try:
            is_old = aside.lstat().st_mtime < older_than.timestamp()
        except FileNotFoundError:
            return False
        if not is_old:
            with suppress(FileExistsError):
                path.hardlink_to(aside)
        aside.unlink()
        return is_old

    def _store(self, chunks: Iterable[bytes]) -> Stored:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest, size = hashlib.sha256(), 0
        descriptor, temporary = tempfile.mkstemp(prefix=_UNFINISHED, dir=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            target = self.path(digest.hexdigest())
            if not target.parent.exists():
                target.parent.mkdir(exist_ok=True, mode=0o700)
                _sync_folder(self.folder)
            Path(temporary).replace(target)
            _sync_folder(target.parent)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return Stored(digest.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
