"""The console on a real office, driven by keys; on SQLite only: what databases do is tested below."""

from __future__ import annotations

import pytest

from tests.support.offices import GivenOffice, OpenAnOffice


@pytest.fixture
def database_url(fresh_sqlite_url: str) -> str:
    """One database is enough for what is seen."""
    return fresh_sqlite_url


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office whose account at VEMA is live; customers go out when they are chosen."""
    return open_an_office(send="chosen")
