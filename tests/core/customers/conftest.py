"""An office that stands still, and the broker software that its customers come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.broker import BrokerSoftware
from tests.support.offices import GivenOffice, OpenAnOffice


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office without an account, from which nobody goes out by himself."""
    return open_an_office(send="chosen", account=False)


@pytest.fixture
def broker(office: GivenOffice, tmp_path: Path) -> BrokerSoftware:
    """The office's broker software."""
    return BrokerSoftware(office, tmp_path)
