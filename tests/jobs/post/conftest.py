"""Offices whose post lies at one of the two simulated services, or at both in turn."""

from __future__ import annotations

import pytest

from jobs.sandbox.client import VemaSandbox
from tests.support.offices import OpenAnOffice
from tests.support.post import PostOffice, post_office


@pytest.fixture(params=["vema", "standard"])
def either(request: pytest.FixtureRequest, open_an_office: OpenAnOffice, vema: VemaSandbox) -> PostOffice:
    return post_office(open_an_office, vema, request.param, acknowledge="stored")


@pytest.fixture
def post(open_an_office: OpenAnOffice, vema: VemaSandbox) -> PostOffice:
    return post_office(open_an_office, vema, acknowledge="stored")
