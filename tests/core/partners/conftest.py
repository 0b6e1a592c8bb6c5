"""Certificates of every kind, and raw servers that show them."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from tests.core.partners.raw_server import RawServer, Step

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Certificates:
    """One authority that clients trust, and server contexts good and bad."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.ca_file))
        self.good = self._context(self._authority.issue_cert("127.0.0.1"))
        self.other_host = self._context(self._authority.issue_cert("vema.example"))
        self.expired = self._context(
            self._authority.issue_cert(
                "127.0.0.1", not_before=LONG_AGO, not_after=LONG_AGO.replace(year=2021)
            )
        )
        self.unknown_issuer = self._context(trustme.CA().issue_cert("127.0.0.1"))

    @staticmethod
    def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


ServerMaker = Callable[..., RawServer]


@pytest.fixture
def start_server(certificates: Certificates) -> Iterator[ServerMaker]:
    """Starts a raw server with a script; keywords as for RawServer."""
    servers: list[RawServer] = []

    def start(*script: Step, context: ssl.SSLContext | None = None, **options: object) -> RawServer:
        server = RawServer(context or certificates.good, list(script), **options)  # pyright: ignore
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()
