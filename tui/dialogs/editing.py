"""What the editor reads, checks and saves; no widget here, so that all of it can run in threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.errors import NotFound
from core.locale import _
from core.operation import Report

if TYPE_CHECKING:
    from core.customers.checking import Judged
    from core.customers.given import Given
    from core.office import Office
    from core.rulebook.record import Suppression

SHORT_NAME = "short_name"


@dataclass(frozen=True)
class Record:
    """A customer as it was read: its texts by attribute, and what its rules are given."""

    id: int
    number: str
    name: str
    revision: int
    texts: Mapping[str, str]
    given: Given
    muted: Sequence[Suppression]


@dataclass(frozen=True)
class Saved:
    """What came of saving; `theirs` where somebody else was faster: the record as it stands now."""

    report: Report
    theirs: Record | None = None


def read_record(office: Office, id_: int) -> Record:
    """A customer to be edited. Raises NotFound, DatabaseUnavailable."""
    from sqlmodel import select

    from core.customers.customer import Customer, text_of
    from core.customers.given import Given
    from core.customers.names import KIND, PARTNER
    from core.customers.review import suppressions_of
    from core.customers.sending import customer_limits, known_to_partner
    from core.outbox.transfer import PartnerCopy

    with office.store.read() as session:
        customer = session.get(Customer, id_)
        if customer is None:
            raise NotFound(_("It is no longer there."))
        copy = session.exec(
            select(PartnerCopy).where(
                PartnerCopy.partner == PARTNER, PartnerCopy.kind == KIND, PartnerCopy.subject_id == id_
            )
        ).one_or_none()
        muted = suppressions_of(session, [id_]).get(id_, [])
    given = Given(
        office.today,
        customer_limits(office),
        known_to_partner(customer, copy),
        customer.withheld_fields,
        customer.checked_neighbours,
        customer.short_name,
    )
    texts = {**text_of(customer), SHORT_NAME: customer.short_name}
    return Record(id_, customer.number, customer.display_name, customer.revision, texts, given, muted)


def judged(record: Record, texts: Mapping[str, str]) -> dict[str, list[Judged]]:
    """What the rules would say of the customer if it said this, by field; pure, but slow the first time."""
    from core.customers import checking
    from core.customers.fields import customer_from

    given = replace(record.given, short_name=texts[SHORT_NAME])
    customer = customer_from({name: text for name, text in texts.items() if name != SHORT_NAME})
    findings = checking.check(customer, given, checking.all_rules())
    by_field: dict[str, list[Judged]] = {}
    for one in checking.judge(findings, given, record.muted):
        by_field.setdefault(one.finding.field, []).append(one)
    return by_field


def save(office: Office, record: Record, values: Mapping[str, str]) -> Saved:
    """Writes texts over the revision that was read. Raises DatabaseUnavailable, NotAllowed, WrongUsage."""
    from core.customers.operations import EDIT, Editing

    report = office.perform(EDIT, [record.id], Editing(values, record.revision))
    if not report.refused:
        return Saved(report)
    theirs = read_record(office, record.id)
    return Saved(report, theirs if theirs.revision != record.revision else None)
