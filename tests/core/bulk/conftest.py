"""An office for bulk actions, and small steps for them."""

from __future__ import annotations

import pytest

from tests.support.bulk import small_steps
from tests.support.offices import GivenOffice, OpenAnOffice


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office from which nobody goes out by himself."""
    return open_an_office(send="chosen", account=False)


@pytest.fixture
def by_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bulk actions go on by two records at a time."""
    small_steps(monkeypatch, 2)
