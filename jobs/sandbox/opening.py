"""Opens a sandbox: certificates, files, socket. What it needs beyond the product itself is an extra."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import WrongUsage
from core.locale import _

if TYPE_CHECKING:
    from jobs.sandbox.certificates import Certificates
    from jobs.sandbox.server import Server


def open_server(
    directory: Path,
    port: int,
    faults: Path | None,
    receipts: Path | None,
    state: Path | None,
    ready: Callable[[str], None],
    fsync: bool = False,
    certificate: str = "none",
) -> tuple[Server, Certificates]:
    """A server that listens but does not serve yet, and its certificates in the directory.

    Port 0 takes a free one; `certificate` is a `Flaw`. Raises WrongUsage where a package, a file or the port
    cannot be had.
    """
    need_packages()
    from jobs.sandbox.certificates import Flaw, certificates
    from jobs.sandbox.faults_file import FaultsFile
    from jobs.sandbox.memory import Lines, Memory
    from jobs.sandbox.server import Sandbox, Server

    try:
        made = certificates(directory, Flaw(certificate))
        memory = Memory(Lines(state, fsync) if state else None, Lines(receipts, fsync) if receipts else None)
    except OSError as error:
        message = _("{file} cannot be written: {reason}", file=error.filename, reason=error.strerror)
        raise WrongUsage(message) from error
    sandbox = Sandbox(memory, FaultsFile(faults) if faults else None)
    try:
        return Server(sandbox, made, port, ready), made
    except (OSError, OverflowError) as error:
        message = _("Port {port} cannot be used: {reason}", port=port, reason=str(error))
        raise WrongUsage(message) from error


def need_packages() -> None:
    """Raises WrongUsage naming the extra where a package of the sandbox is missing."""
    try:
        import starlette  # noqa: F401  # pyright: ignore[reportUnusedImport]
        import trustme  # noqa: F401  # pyright: ignore[reportUnusedImport]
        import uvicorn  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        install = "pip install leitstand[sandbox]"
        message = _("The sandbox needs {name}, which is missing: {install}", name=error.name, install=install)
        raise WrongUsage(message) from error
