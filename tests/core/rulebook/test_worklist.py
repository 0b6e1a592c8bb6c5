"""Worklists: the ids that SQL and Python find together are exactly those that the condition means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest
from sqlmodel import Session

from core.customers.listing import select_customers
from core.customers.operations import MUTE, Muting
from core.customers.vocabulary import CustomerView, customer_transfer_vocabulary
from core.customers.worklist import CustomerWorklist
from core.outbox.listing import select_transfers
from core.outbox.operations import DISCARD
from core.outbox.worklist import TransferWorklist
from core.rulebook.condition import ConditionContext, parse
from core.rulebook.worklist import UNSORTED, Sort, Worklist, grouped, stream_ids
from jobs.sandbox.client import VemaSandbox
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice

CUSTOMERS = CustomerWorklist()
TRANSFERS = TransferWorklist(customer_transfer_vocabulary())

CUSTOMER_CONDITIONS = (
    "",
    "is:clean",
    "NOT is:clean",
    "is:blocked",
    "NOT is:blocked",
    "is:stuck",
    "is:new",
    "NOT is:new",
    "is:conflict",
    "is:short-name-only",
    "NOT is:short-name-only",
    "is:!=short-name-only OR rule:CUS002",
    "rule:CUS00*",
    "rule:!=CUS001",
    "rule:missing",
    "NOT rule:missing",
    "NOT rule:CUS002",
    "state:delivered",
    "plz:80*",
    "plz:80* NOT is:clean",
    "(plz:80* OR state:failed) NOT rule:CUS001",
    "company:len>10",
    "ort:~M.nchen",
)
TRANSFER_CONDITIONS = (
    "",
    "is:stuck",
    "NOT is:stuck",
    "is:open",
    "state:delivered",
    "state:held cause:findings",
    "cause:missing",
    "attempts:>0",
    "name:*müller*",
    "plz:80*",
    "age:>1d",
    "NOT (state:delivered OR plz:80*)",
)


@pytest.fixture
def busy(office: GivenOffice, vema: VemaSandbox) -> GivenOffice:
    """An office with customers in every standing: clean, held, muted, delivered, discarded, never sent."""
    office.has_account(vema)
    office.has(
        customer("K-1"),
        customer("K-2", last_name=" Müller "),
        customer("K-3", postcode="8033"),
        customer("K-4", postcode="80331", town="München"),
        company("K-5", "Elfenbeinküste Handels GmbH"),
        customer("K-6", iban="DE1"),
        customer("K-7", last_name="Müller"),
    )
    office.send("K-1", "K-2", "K-3", "K-4", "K-5", "K-7")
    office.deliver()
    office.perform(MUTE, [office.customer("K-6").id or 0], Muting("CUS004", "so ist es"))
    office.edit("K-7", last_name="Meier\u00a0")
    office.do(DISCARD, "K-3")
    return office


def ids(office: GivenOffice, worklist: Worklist, condition: str, sort: Sort = UNSORTED) -> list[int]:
    """The whole view."""
    asked = parse(condition, worklist.vocabulary) if condition else None
    context = ConditionContext(office.now, office.today)
    with office.store.read() as session:
        return [id_ for piece in stream_ids(session, worklist, asked, context, sort) for id_ in piece]


def test_a_view_of_customers_holds_exactly_those_that_the_condition_means(busy: GivenOffice) -> None:
    for condition in CUSTOMER_CONDITIONS:
        asked = parse(condition, CUSTOMERS.vocabulary) if condition else None
        meant = [view.customer.id for view in select_customers(busy, asked)]
        assert (condition, ids(busy, CUSTOMERS, condition)) == (condition, meant)


def test_a_view_of_transfers_holds_exactly_those_that_the_condition_means(busy: GivenOffice) -> None:
    for condition in TRANSFER_CONDITIONS:
        asked = parse(condition, TRANSFERS.vocabulary) if condition else None
        meant = [one.id for one in select_transfers(busy, asked)]
        assert (condition, ids(busy, TRANSFERS, condition)) == (condition, meant)


class Untouched(CustomerWorklist):
    """Customers that nobody may read."""

    def judged(self, session: Session, ids: Sequence[int]) -> Iterable[tuple[int, CustomerView]]:
        raise AssertionError("records were read")


def test_what_sql_decides_alone_needs_no_record_to_be_read(busy: GivenOffice) -> None:
    for condition in ("is:clean", "is:blocked", "is:stuck", "is:new", "rule:CUS001", "rule:missing"):
        assert ids(busy, Untouched(), condition) == ids(busy, CUSTOMERS, condition)


def test_every_sort_shows_the_same_records_in_both_directions(busy: GivenOffice) -> None:
    for worklist in (CUSTOMERS, TRANSFERS):
        all_of_them = sorted(ids(busy, worklist, ""))
        for key in worklist.sorts:
            for descending in (False, True):
                assert sorted(ids(busy, worklist, "", Sort(key, descending))) == all_of_them


def test_customers_sort_by_name_whether_private_or_company(busy: GivenOffice) -> None:
    view = ids(busy, CUSTOMERS, "", Sort("name"))
    with busy.store.read() as session:
        rows = CUSTOMERS.rows(session, view)
    names = [(rows[id_].customer.company or rows[id_].customer.last_name).casefold() for id_ in view]
    assert names == sorted(names)


def test_groups_count_the_records_of_each_cause_and_lead_to_them(busy: GivenOffice) -> None:
    view = ids(busy, TRANSFERS, "")
    with busy.store.read() as session:
        groups = grouped(session, TRANSFERS, view)
    assert sum(group.count for group in groups) == len(view)
    for group in groups:
        assert len(ids(busy, TRANSFERS, group.condition)) == group.count
        assert group.first is not None
        assert group.last is not None
        assert group.first <= group.last


def test_a_customer_with_two_findings_is_in_two_groups(busy: GivenOffice) -> None:
    with busy.store.read() as session:
        groups = {one.key: one.count for one in grouped(session, CUSTOMERS, ids(busy, CUSTOMERS, ""))}
    for rule, count in groups.items():
        assert len(ids(busy, CUSTOMERS, f"rule:{rule}")) == count


def test_a_word_alone_finds_numbers_that_begin_so_and_names_that_hold_it(busy: GivenOffice) -> None:
    assert ids(busy, TRANSFERS, TRANSFERS.quick("k-5")) == [one.id for one in busy.transfers("K-5")]
    assert busy.customer("K-2").id in ids(busy, CUSTOMERS, CUSTOMERS.quick("mül"))
    assert ids(busy, CUSTOMERS, CUSTOMERS.quick('a" OR *')) == []
