"""An office with customers and contracts, into which post comes without any partner."""

from __future__ import annotations

import pytest

from tests.core.postbox.post import Desk
from tests.support.offices import GivenOffice, OpenAnOffice


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office without an account, from which nobody goes out by himself."""
    return open_an_office(send="chosen", account=False)


@pytest.fixture
def desk(office: GivenOffice) -> Desk:
    """Where post comes in."""
    return Desk(office)
