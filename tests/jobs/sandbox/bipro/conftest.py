"""Recipients of both services, on the sandbox that all tests here share."""

from __future__ import annotations

import httpx
import pytest

from jobs.sandbox.bipro.client import PostSandbox
from jobs.sandbox.client import VemaSandbox
from tests.jobs.sandbox.bipro.recipient import Recipient


@pytest.fixture
def post(vema: VemaSandbox) -> PostSandbox:
    """The simulated postboxes, empty."""
    return vema.post


@pytest.fixture
def member(shared_connection: httpx.Client, post: PostSandbox) -> Recipient:
    """A member of VEMA who is logged in."""
    recipient = Recipient(shared_connection, post.reach("vema"))
    recipient.log_in()
    return recipient


@pytest.fixture
def broker(shared_connection: httpx.Client, post: PostSandbox) -> Recipient:
    """A broker who is logged in at the standard insurer."""
    recipient = Recipient(shared_connection, post.reach("standard"), "standard")
    recipient.log_in()
    return recipient


@pytest.fixture(params=["vema", "standard"])
def recipient(request: pytest.FixtureRequest, member: Recipient, broker: Recipient) -> Recipient:
    """Each of the two."""
    return member if request.param == "vema" else broker
