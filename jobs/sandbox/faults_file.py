"""The faults file of a running sandbox: read again as soon as an operator has changed it."""

from __future__ import annotations

import logging
from pathlib import Path

from core.errors import LeitstandError, WrongUsage
from core.locale import _
from jobs.sandbox.faults import Faults, read_faults

_log = logging.getLogger(__name__)


class FaultsFile:
    """Watches a file by its modification time, size and inode."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen = self._stamp()
        self.wrong = ""
        """What is wrong with the file as it stands; the faults before it then still hold."""

    def read(self) -> Faults:
        """The faults as they stand. Raises WrongUsage."""
        try:
            text = self._file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            message = _("{file} cannot be read: {reason}", file=self._file, reason=str(error))
            raise WrongUsage(message) from error
        return read_faults(text, self._file.name)

    def changed(self) -> Faults | None:
        """The new faults where the file has changed; a mistake in it is logged and changes nothing."""
        stamp = self._stamp()
        if stamp == self._seen or stamp is None:
            return None
        self._seen = stamp
        try:
            faults = self.read()
        except LeitstandError as error:
            self.wrong = str(error)
            _log.warning("%s", self.wrong)
            return None
        self.wrong = ""
        return faults

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
