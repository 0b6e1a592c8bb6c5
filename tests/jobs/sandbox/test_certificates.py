"""Certificates that nobody may accept."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx
import pytest

from core.errors import PartnerUnavailable
from jobs.sandbox.client import running_sandbox


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        ("expired", "certificate has expired"),
        ("self-signed", "self-signed certificate"),
        ("other-host", "IP address mismatch"),
    ],
)
def test_a_flawed_certificate_is_not_accepted(tmp_path: Path, certificate: str, said: str) -> None:
    with running_sandbox(tmp_path, certificate=certificate) as sandbox:
        trust = ssl.create_default_context(cafile=sandbox.ca_file)
        with pytest.raises(httpx.ConnectError, match=said):
            httpx.get(f"{sandbox.base_url}/anmeldung", verify=trust)
        with pytest.raises(PartnerUnavailable, match=said):
            sandbox.counts  # noqa: B018


def test_a_sound_one_is_made_anew_afterwards(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, certificate="expired"):
        pass
    with running_sandbox(tmp_path) as sandbox:
        assert sandbox.counts["requests"] == 0
