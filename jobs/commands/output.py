"""Standard output that says, where it takes nothing any more, that it was standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any

NAME = "<stdout>"


class _Named(FileIO):
    """A file whose errors have its name, as those of an opened path have."""

    def write(self, data: Any, /) -> int | None:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OSError(error.errno, error.strerror, NAME) from error


@contextmanager
def named_stdout() -> Generator[None]:
    """Errors of the real standard output have a file name meanwhile; one that was replaced is left alone."""
    theirs = sys.stdout
    if theirs is not sys.__stdout__ or not isinstance(theirs, TextIOWrapper):
        yield
        return
    theirs.flush()
    file = BufferedWriter(_Named(theirs.fileno(), "wb", closefd=False))
    sys.stdout = ours = TextIOWrapper(
        file, encoding=theirs.encoding, errors=theirs.errors, line_buffering=theirs.line_buffering
    )
    try:
        yield
    finally:
        sys.stdout = theirs
        # Who wrote bytes to it may have closed it over an error.
        with suppress(OSError, ValueError):
            ours.flush()


def give_up_stdout() -> None:
    """What could not be written goes nowhere, so that nobody tries once more when the program ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
