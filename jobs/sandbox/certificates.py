"""A throw-away certificate authority for loopback; a restarted sandbox goes on with the same one."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files: whom clients have to trust, and the server's key with its certificate."""

    ca_file: Path
    server_file: Path


def certificates(directory: Path) -> Certificates:
    """The certificates in a directory, made where they are missing; only the owner may read the key."""
    made = Certificates(directory / "sandbox-ca.pem", directory / "sandbox-server.pem")
    if made.ca_file.exists() and made.server_file.exists():
        return made
    import trustme

    directory.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA(organization_name="Leitstand sandbox")
    server = authority.issue_cert("127.0.0.1", "localhost")
    write_private(made.server_file, server.private_key_and_cert_chain_pem.bytes())
    write_private(made.ca_file, authority.cert_pem.bytes())
    return made


def write_private(file: Path, content: bytes) -> None:
    """Writes a file that only its owner may read, whole or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    draft.replace(file)
