"""Receiving post: what a partner offers is noted, what it sent is stored raw before anything is made of it.

A shipment ends as documents, or as an arrival that is put back with its bytes and the reason; it is fetched
again as long as the partner has it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from core.accounts.account import Account, lock_account
from core.archive import Stored
from core.contracts.contract import number_key
from core.errors import DatabaseUnavailable, UnreadableInput
from core.inbox.arrival import Arrival, ArrivalState
from core.inbox.receive import quarantine, safe_name
from core.locale import Message, _
from core.office import Office
from core.postbox.post import Contents, Fetched, FoundFile, Offered, Postbox
from core.postbox.record import Document, DocumentSource, Shipment, ShipmentState
from core.store.paging import in_chunks
from core.store.statements import execute, insert_into, table_of
from core.text import folded, printable

KIND = "shipment"
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)
OPEN = (ShipmentState.LISTED, ShipmentState.PUT_BACK)
"""States of shipments that are still to be fetched."""
_FILLED = ("title", "category", "sender", "sender_name", "contract_number", "customer_number", "dated")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A fetched shipment as it is to be noted: what is in it, or why that cannot be said."""

    fetched: Fetched
    contents: Contents | None = None
    trouble: Message | None = None


def note_offered(office: Office, account: str, offered: Sequence[Offered]) -> int:
    """Notes what a list names; answers how many shipments are new. Whoever does so meanwhile waits."""
    new = 0
    for chunk in in_chunks(offered):
        with office.store.write() as session:
            lock_account(session, account)
            numbers = [one.number for one in chunk]
            query = select(Shipment).where(Shipment.account == account, col(Shipment.number).in_(numbers))
            known = {one.number: one for one in session.exec(query)}
            for one in chunk:
                shipment = known.get(one.number)
                if shipment is None:
                    new += 1
                    shipment = Shipment(
                        account=account, number=one.number, listed_at=office.now, seen_at=office.now
                    )
                _describe(shipment, one)
                shipment.seen_at = office.now
                session.add(shipment)
    return new


def _describe(shipment: Shipment, offered: Offered) -> None:
    for name in ("category", "offered_at", "available_until", "sender", "sender_name", "confidential"):
        said = getattr(offered, name)
        if said and said != getattr(shipment, name):
            setattr(shipment, name, said)


def to_fetch(session: Session, account: str, now: datetime) -> list[Shipment]:
    """Shipments that are to be fetched now, those first that the partner will not keep for long."""
    query = select(Shipment).where(
        Shipment.account == account,
        col(Shipment.state).in_(OPEN),
        or_(col(Shipment.next_at).is_(None), col(Shipment.next_at) <= now),
    )
    ends = col(Shipment.available_until)
    return list(session.exec(query.order_by(ends.is_(None), ends, col(Shipment.id))))


def read(office: Office, postbox: Postbox, fetched: Fetched) -> Arrived:
    """Reads what was fetched and keeps its files; needs no transaction. Raises DatabaseUnavailable."""
    if fetched.trouble is not None:
        return Arrived(fetched, trouble=fetched.trouble)
    path = office.archive.path(fetched.stored.sha256)
    try:
        return Arrived(fetched, postbox.contents(path, fetched.content_type, office.archive.store))
    except DatabaseUnavailable:
        raise
    except UnreadableInput as error:
        return Arrived(fetched, trouble=error.reason)
    except Exception as error:  # noqa: BLE001 (it is put back with its bytes, whatever happens)
        _log.exception("shipment in %s", fetched.stored.sha256)
        fault = next(iter(f"{type(error).__name__}: {error}".splitlines()))
        reason = _("This program cannot cope with it, which is a fault of its own: {fault}", fault=fault)
        return Arrived(fetched, trouble=reason)


def settle(session: Session, office: Office, shipment: int, arrived: Arrived) -> int:
    """Notes a fetched shipment with its documents; answers how many of these are new.

    One that somebody else was quicker with stays as it is.
    """
    row = session.get_one(Shipment, shipment, with_for_update=True)
    if row.state not in OPEN:
        return 0
    row.attempts += 1
    row.raw_sha256 = arrived.fetched.stored.sha256
    arrival = _arrival(session, office, row, arrived)
    row.arrival = arrival.id
    if arrived.contents is None:
        reason = arrived.trouble or _("It cannot be read.")
        quarantine(session, office, arrival, reason)
        row.state, row.cause = ShipmentState.PUT_BACK, reason.dump()
        row.next_at = office.now + wait_after(row.attempts)
        session.add(row)
        return 0
    return _keep(session, office, row, arrival, arrived.contents)


def _keep(session: Session, office: Office, row: Shipment, arrival: Arrival, contents: Contents) -> int:
    _describe(row, replace(contents.offered, number=row.number))
    row.state, row.stored_at, row.next_at = ShipmentState.STORED, office.now, None
    row.cause = contents.flaw.dump() if contents.flaw else ""
    new = sum(_document(session, office, row, one) for one in contents.files)
    arrival.state, arrival.settled_at, arrival.reason = ArrivalState.APPLIED, office.now, ""
    arrival.counts = {"documents": len(contents.files), "new": new}
    session.add(arrival)
    session.add(row)
    return new


def _arrival(session: Session, office: Office, row: Shipment, arrived: Arrived) -> Arrival:
    """The arrival of this answer; one of an earlier answer is looked at no longer."""
    stored = arrived.fetched.stored
    before = session.get(Arrival, row.arrival, with_for_update=True) if row.arrival else None
    if before is not None and before.sha256 == stored.sha256:
        before.seen += 1
        return before
    if before is not None and before.state in (ArrivalState.QUARANTINED, ArrivalState.STORED):
        before.state, before.settled_at = ArrivalState.IGNORED, office.now
        session.add(before)
    arrival = Arrival(
        kind=KIND,
        state=ArrivalState.STORED,
        name=safe_name(row.number),
        source=row.account,
        sha256=stored.sha256,
        size=stored.size,
        options={"content_type": printable(arrived.fetched.content_type)[:1000]},
        received_by=office.operator.name,
        received_at=office.now,
    )
    session.add(arrival)
    session.flush()
    return arrival


def _document(session: Session, office: Office, shipment: Shipment, found: FoundFile) -> int:
    """One file as a document, and where it came from; 1 where nobody had it before."""
    values = _values(shipment, found)
    insert = insert_into(session.get_bind().dialect.name, Document).values(
        sha256=found.stored.sha256, size=found.stored.size, stored_at=office.now, **_columns(values)
    )
    insert = insert.on_conflict_do_nothing(index_elements=["sha256"]).returning(table_of(Document).c.id)
    is_new = execute(session, insert).first() is not None
    query = select(Document).where(Document.sha256 == found.stored.sha256)
    document = session.exec(query.with_for_update()).one()
    if not is_new:
        _fill(document, values, found.names)
        session.add(document)
    place = (DocumentSource.shipment == shipment.id, DocumentSource.position == found.position)
    if session.exec(select(DocumentSource).where(*place)).first() is None:
        its_name = safe_name(found.file_name)
        session.add(
            DocumentSource(
                document=document.id or 0,
                shipment=shipment.id or 0,
                position=found.position,
                file_name=its_name,
            )
        )
    return int(is_new)


def _values(shipment: Shipment, found: FoundFile) -> dict[str, object]:
    """What is said of a file; what it leaves out is said by its shipment."""
    return {
        "file_name": safe_name(found.file_name),
        "title": found.title,
        "category": found.category or shipment.category,
        "sender": found.sender or shipment.sender,
        "sender_name": found.sender_name or shipment.sender_name,
        "contract_number": found.contract_number,
        "contract_key": number_key(found.contract_number),
        "customer_number": found.customer_number,
        "names": list(found.names),
        "dated": found.dated,
        "details": dict(found.details),
    }


def _columns(values: dict[str, object]) -> dict[str, object]:
    """Every column of a new document that the database itself has no default for."""
    blank = Document(sha256="").model_dump(exclude={"id", "sha256", "size", "stored_at", *_folded_columns()})
    return {**blank, **values}


def _folded_columns() -> tuple[str, ...]:
    return tuple(name for name in Document.model_fields if name.endswith("_folded"))


def _fill(document: Document, values: dict[str, object], names: Sequence[str]) -> None:
    """A file that came before: what was not known of it is filled in."""
    for name in _FILLED:
        said = values[name]
        if not said or getattr(document, name):
            continue
        setattr(document, name, said)
        if name == "contract_number":
            document.contract_key = str(values["contract_key"])
        if f"{name}_folded" in _folded_columns():
            setattr(document, f"{name}_folded", folded(str(said)))
    if not document.names:
        document.names = list(names)


def is_a_document(office: Office, sha256: str) -> bool:
    """Whether a file of the archive is a document: it stays, however old the shipment is that it came in."""
    with office.store.read() as session:
        return session.exec(select(Document.id).where(Document.sha256 == sha256)).first() is not None


def note_gone(session: Session, office: Office, shipment: int, reason: Message) -> None:
    """The partner has it no longer; what it was is kept in the list, with what it said."""
    row = session.get_one(Shipment, shipment, with_for_update=True)
    if row.state in OPEN:
        row.state, row.cause, row.next_at = ShipmentState.GONE, reason.dump(), None
        session.add(row)


def note_failure(session: Session, office: Office, shipment: int, reason: Message) -> None:
    """Nothing came of it this time; it is tried again later."""
    row = session.get_one(Shipment, shipment, with_for_update=True)
    row.attempts += 1
    row.cause, row.next_at = reason.dump(), office.now + wait_after(row.attempts)
    session.add(row)


def wait_after(attempts: int) -> timedelta:
    """How long a shipment that failed so often is left alone."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(10, max(0, attempts - 1)))


def read_again(office: Office) -> int:
    """Applies shipments that an operator wants read again; answers how many could be read this time."""
    with office.store.read() as session:
        query = select(Arrival.id).where(Arrival.kind == KIND, Arrival.state == ArrivalState.STORED)
        waiting = [one for one in session.exec(query.order_by(col(Arrival.id))) if one is not None]
    return sum(_read_again(office, one) for one in waiting)


def _read_again(office: Office, id_: int) -> bool:
    with office.store.read() as session:
        arrival = session.get_one(Arrival, id_)
        shipment = session.exec(select(Shipment).where(Shipment.arrival == id_)).first()
        account = session.get(Account, arrival.source)
    if shipment is None or shipment.id is None or account is None or account.partner not in office.postboxes:
        arrived = Arrived(_as_fetched(arrival), trouble=_("Its postbox is no longer there."))
    else:
        arrived = read(office, office.postbox(account.partner), _as_fetched(arrival))
    with office.store.write() as session:
        present = session.get_one(Arrival, id_, with_for_update=True)
        if present.state != ArrivalState.STORED:
            return False
        if shipment is None or shipment.id is None or shipment.state not in OPEN:
            quarantine(session, office, present, arrived.trouble or _("Its shipment was fetched meanwhile."))
            return False
        settle(session, office, shipment.id, arrived)
    return arrived.contents is not None


def _as_fetched(arrival: Arrival) -> Fetched:
    return Fetched(Stored(arrival.sha256, arrival.size), str(arrival.options.get("content_type", "")))
