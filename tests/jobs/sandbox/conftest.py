"""One running sandbox for all tests here, emptied before each; and a member who talks to it by hand."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import httpx
import pytest

from jobs.sandbox.client import VemaSandbox, running_sandbox
from tests.jobs.sandbox.member import Member


@pytest.fixture(scope="session")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VemaSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("vema")) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def shared_connection(shared_sandbox: VemaSandbox) -> Iterator[httpx.Client]:
    trust = ssl.create_default_context(cafile=shared_sandbox.ca_file)
    with httpx.Client(base_url=shared_sandbox.base_url, verify=trust, timeout=20) as connection:
        yield connection


@pytest.fixture
def vema(shared_sandbox: VemaSandbox) -> VemaSandbox:
    """The simulated extranet: nobody in its books, nothing going wrong."""
    shared_sandbox.reset()
    return shared_sandbox


@pytest.fixture
def member(vema: VemaSandbox, shared_connection: httpx.Client) -> Member:
    """Somebody with the right credentials."""
    return Member(shared_connection, vema.credentials)
