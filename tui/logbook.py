"""Where a console's log goes: into a file of the office, for the screen belongs to what is shown."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from core.redaction import RedactingFilter

NAME = "console.log"
LARGEST = 1_000_000


@contextmanager
def logged_to_file(home: Path) -> Generator[None]:
    """Everything that is logged meanwhile is written there, redacted, for the owner's eyes only."""
    path = home / NAME
    path.touch(mode=0o600, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=LARGEST, backupCount=1, encoding="utf-8", delay=True)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    before: list[logging.Handler] = root.handlers
    root.handlers = list[logging.Handler]([handler])
    try:
        yield
    finally:
        root.handlers = before
        handler.close()
