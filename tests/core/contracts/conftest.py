"""An office that stands still, into which contracts are imported."""

from __future__ import annotations

import pytest

from tests.support.offices import GivenOffice, OpenAnOffice


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office without an account, from which nobody goes out by himself."""
    return open_an_office(send="chosen", account=False)
