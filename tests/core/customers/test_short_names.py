"""Companies that would be called alike at their first transfer are warned of each other."""

from __future__ import annotations

import pytest

from core.customers import review
from tests.support.broker import BrokerSoftware, customers_of, findings_of, recheck
from tests.support.customers import company
from tests.support.offices import GivenOffice

SAME = "Sächsische Bau GmbH"
ALSO_THE_SAME = "Sächsische Bank AG"


def neighbours(office: GivenOffice) -> dict[str, tuple[str, int]]:
    """Of every company that goes out in two steps: how bad that is, and with how many it shares a name."""
    severities = {one.subject: one.severity for one in findings_of(office) if one.rule == "CUS009"}
    return {
        key: (severities[key], one.checked_neighbours)
        for key, one in customers_of(office).items()
        if key in severities
    }


def test_equal_short_names_in_one_postcode_are_a_warning_to_all_of_them(
    office: GivenOffice, broker: BrokerSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "CHUNK", 1)
    broker.brings(company("K-1", SAME), company("K-2", ALSO_THE_SAME), company("K-3", SAME, postcode="01067"))
    recheck(office)
    assert neighbours(office) == {"K-1": ("warning", 1), "K-2": ("warning", 1), "K-3": ("info", 0)}
    assert recheck(office) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"postcode": "01067"},
        {"company": "Nordische Bau GmbH"},
        {"short_name": "SäBau"},
        {"company": "Kurz GmbH"},
        {"kind": "P"},
    ],
)
def test_whoever_moves_away_frees_the_others_and_back_again(
    office: GivenOffice, change: dict[str, str]
) -> None:
    office.has(company("K-1", SAME), company("K-2", ALSO_THE_SAME))
    recheck(office)
    before = {name: getattr(office.customer("K-1"), name) for name in change}
    office.edit("K-1", **change)
    assert recheck(office) == 1
    assert neighbours(office)["K-2"] == ("info", 0)
    office.edit("K-1", **before)
    recheck(office)
    assert neighbours(office) == {"K-1": ("warning", 1), "K-2": ("warning", 1)}
    assert recheck(office) == 0


def test_short_names_are_compared_as_text_compares(office: GivenOffice) -> None:
    office.has(company("K-1", SAME.upper()), company("K-2", "Sa\u0308chsische Bank AG"))
    recheck(office)
    assert neighbours(office) == {"K-1": ("warning", 1), "K-2": ("warning", 1)}


def test_whoever_the_partner_knows_is_in_nobodys_way(office: GivenOffice) -> None:
    office.has(company("K-1", SAME, vema_number="V1"), company("K-2", ALSO_THE_SAME))
    recheck(office)
    assert neighbours(office) == {"K-2": ("info", 0)}


def test_many_of_one_name_come_to_rest(office: GivenOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "CHUNK", 3)
    office.has(*(company(f"K-{number}", f"{SAME} {number}") for number in range(10)))
    recheck(office)
    assert set(neighbours(office).values()) == {("warning", 9)}
    assert recheck(office) == 0
