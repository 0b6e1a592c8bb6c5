"""Connections to raw servers with a profile whose patience is short."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from core.outbox.outcome import Credentials, Outgoing
from core.partners.profile import overlaid
from core.partners.vema.client import VemaConnection
from core.partners.vema.profile import SHIPPED, VemaProfile, read_profile
from tests.core.partners.conftest import Certificates
from tests.core.partners.raw_server import RawServer

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
IBAN = "DE02120300000000202051"
BODY = f"<Kunde><Nachname>Weiß</Nachname><IBAN>{IBAN}</IBAN></Kunde>".encode()
IMPATIENT = {"connect": 2.0, "read": 0.3, "total": 0.6}
SENT = Outgoing("0b6c0f5e-8f0e-5d8e-9d53-2f6f3a3f2f10", "customer", "K-17", BODY, 1)
MEMBER = Credentials("vema", "makler-4711", "Geheim:ä§4711", 1, {"member_number": "4711"})

ConnectionMaker = Callable[..., VemaConnection]


@pytest.fixture(scope="session")
def shipped() -> VemaProfile:
    return read_profile(SHIPPED)


@pytest.fixture
def connect(certificates: Certificates) -> Iterator[ConnectionMaker]:
    """A connection to a server; `changes` are laid over the shipped profile, its timeouts are short."""
    opened: list[VemaConnection] = []

    def to(
        server: RawServer | str,
        changes: Mapping[str, Any] | None = None,
        credentials: Credentials = MEMBER,
        **timeouts: float,
    ) -> VemaConnection:
        endpoint: dict[str, Any] = {
            "url": server if isinstance(server, str) else server.url,
            "ca_file": str(certificates.ca_file),
            "timeouts": {**IMPATIENT, **timeouts},
        }
        profile = read_profile(SHIPPED, overlaid({"endpoint": endpoint}, changes or {}))
        connection = VemaConnection(profile, credentials, lambda: NOW)
        opened.append(connection)
        return connection

    yield to
    for connection in opened:
        connection.close()
