"""A throw-away certificate authority for loopback; a restarted sandbox goes on with the same one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trustme import CA


class Flaw(StrEnum):
    """What is wrong with the server's certificate."""

    NONE = "none"
    EXPIRED = "expired"
    SELF_SIGNED = "self-signed"
    OTHER_HOST = "other-host"


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files: whom clients have to trust, and the server's key with its certificate."""

    ca_file: Path
    server_file: Path


def certificates(directory: Path, flaw: Flaw = Flaw.NONE) -> Certificates:
    """The certificates in a directory, made where they are missing; only the owner may read the key.

    With a flaw a new authority is made, which issues a certificate that nobody may accept.
    """
    its_name = "sandbox-server.pem" if flaw is Flaw.NONE else f"sandbox-server-{flaw}.pem"
    made = Certificates(directory / "sandbox-ca.pem", directory / its_name)
    if flaw is Flaw.NONE and made.ca_file.exists() and made.server_file.exists():
        return made
    import trustme

    directory.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="Leitstand sandbox")
    write_private(made.server_file, _server(authority, flaw))
    write_private(made.ca_file, authority.cert_pem.bytes())
    # it would be of an authority that is gone
    if flaw is not Flaw.NONE:
        (directory / "sandbox-server.pem").unlink(missing_ok=True)
    return made


def _server(authority: CA, flaw: Flaw) -> bytes:
    """The server's key and certificate in PEM."""
    import trustme

    match flaw:
        case Flaw.NONE:
            server = authority.issue_cert("127.0.0.1", "localhost")
        case Flaw.OTHER_HOST:
            server = authority.issue_cert("postbox.example")
        case Flaw.EXPIRED:
            day = datetime.now(UTC) - timedelta(days=1)
            server = authority.issue_cert(
                "127.0.0.1", "localhost", not_before=day - timedelta(days=9), not_after=day
            )
        case Flaw.SELF_SIGNED:
            stranger = trustme.CA(organization_name="Nobody")
            return stranger.private_key_pem.bytes() + stranger.cert_pem.bytes()
    return server.private_key_and_cert_chain_pem.bytes()


def write_private(file: Path, content: bytes) -> None:
    """Writes a file that only its owner may read, whole or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    draft.replace(file)
