"""Real programs that tests run against: found where installed, named where missing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

_BESIDE_THE_PATH = ("usr/lib/postgresql/*/bin", "usr/sbin", "usr/local/sbin", "usr/lib/dovecot")


def require(program: str, package: str) -> Path:
    """Where `program` is installed; else skips the test, naming the Debian package that brings it.

    With LEITSTAND_REQUIRE_REAL=1 (as in CI) a missing program is a failure.
    """
    # the newest version's folder first
    folders = [sorted(map(str, Path("/").glob(pattern)), reverse=True) for pattern in _BESIDE_THE_PATH]
    beside = [folder for found in folders for folder in found]
    found = shutil.which(program, path=os.pathsep.join([*beside, os.environ.get("PATH", "")]))
    if not found:
        missing(f"{program} is not installed (Debian: apt install {package})")
    return Path(found)


def missing(what: str) -> NoReturn:
    """Skips the running test because of `what`; fails it where real parts are required."""
    if os.environ.get("LEITSTAND_REQUIRE_REAL") == "1":
        pytest.fail(what)
    pytest.skip(what)
