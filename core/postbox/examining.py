"""Examining what came: each new document is unpacked, read, given a deadline, and filed or proposed.

Nothing here is needed for a shipment to count as received; a run that is killed is gone on with by the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, select

from core.clock import local_day
from core.contracts.contract import number_key
from core.errors import DatabaseUnavailable
from core.locale import Message, _
from core.office import Office
from core.postbox.deadlines import deadline_of
from core.postbox.filing import NOBODY, Proposal, dumped, propose, proposed_columns
from core.postbox.pdf_text import PdfReader
from core.postbox.record import Document, DocumentSource, DocumentState
from core.postbox.sniffing import MediaType, safe_file_name, sniff_file
from core.postbox.text_of_files import read_file
from core.postbox.unpacking import Member, Unpacked, unpack

CHUNK = 50
DEEPEST = 3
"""How deep a ZIP may lie in another one to be unpacked."""
UNPACKED_FROM = 10_000
"""Places in a shipment behind this one are those of files that were unpacked."""
MACHINE = "machine"
Progress = Callable[[int, int], bool]
"""Told (done, of all); answers whether to go on."""


@dataclass
class Examined:
    """What became of the documents that were new."""

    documents: int = 0
    filed: int = 0
    proposed: int = 0
    unpacked: int = 0
    damaged: int = 0


@dataclass(frozen=True)
class _Look:
    """What was found of one document, outside any transaction."""

    id: int
    media_type: MediaType
    text: str = ""
    damage: str = ""
    unpacked: Unpacked = field(default_factory=Unpacked)


def examine(office: Office, progress: Progress = lambda _done, _total: True) -> Examined:
    """Examines all that is new; what a ZIP holds is new, too. Raises DatabaseUnavailable."""
    counts = Examined()
    with PdfReader() as pdfs:
        while True:
            new = _unexamined(office)
            if not new:
                return counts
            looks = [_look(office, document, depth, pdfs) for document, depth in new]
            with office.store.write() as session:
                for look in looks:
                    _keep_whatever_it_is(session, office, look, counts)
            if not progress(counts.documents, counts.documents + len(new)):
                return counts


def _unexamined(office: Office) -> list[tuple[Document, int]]:
    """Some new documents, the oldest first, each with how deep it lies in others."""
    with office.store.read() as session:
        query = select(Document).where(col(Document.examined_at).is_(None))
        new = session.exec(query.order_by(col(Document.id)).limit(CHUNK)).all()
        return [(one, _depth(session, one)) for one in new]


def _depth(session: Session, document: Document) -> int:
    depth, parent = 0, document.parent
    while parent is not None and depth <= DEEPEST:
        above = session.get(Document, parent)
        depth, parent = depth + 1, above.parent if above else None
    return depth


def _look(office: Office, document: Document, depth: int, pdfs: PdfReader) -> _Look:
    path = office.archive.path(document.sha256)
    look = _Look(document.id or 0, MediaType.UNKNOWN)
    try:
        look = replace(look, media_type=sniff_file(path))
        if look.media_type is MediaType.ZIP:
            return replace(look, unpacked=_unpacked(office, path, depth))
        read = read_file(path, look.media_type, pdfs)
    except OSError:
        return replace(look, damage="damaged")
    except DatabaseUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - what one file does to its reader must not stop the others
        return replace(look, damage="damaged", unpacked=Unpacked((), "damaged", _our_fault(error)))
    return replace(look, text=read.text, damage=read.damage)


def _our_fault(error: Exception) -> Message:
    fault = next(iter(f"{type(error).__name__}: {error}".splitlines()))
    return _("This program cannot cope with it, which is a fault of its own: {fault}", fault=fault)


def _unpacked(office: Office, path: Path, depth: int) -> Unpacked:
    if depth >= DEEPEST:
        return Unpacked((), "damaged", _("The ZIP lies too deep in others."))
    return unpack(office.archive, path)


def _keep_whatever_it_is(session: Session, office: Office, look: _Look, counts: Examined) -> None:
    """A document that cannot be coped with is kept as it came, and does not keep the others waiting."""
    try:
        with session.begin_nested():
            _keep(session, office, look, counts)
    except DBAPIError:
        raise
    except Exception as error:  # noqa: BLE001
        document = session.get_one(Document, look.id, populate_existing=True)
        document.examined_at, document.damage = office.now, "damaged"
        document.reasons = dumped([_our_fault(error)])
        session.add(document)


def _keep(session: Session, office: Office, look: _Look, counts: Examined) -> None:
    document = session.get_one(Document, look.id, with_for_update=True)
    if document.examined_at is not None:
        return
    counts.documents += 1
    document.media_type, document.examined_at = look.media_type.value, office.now
    document.file_name = safe_file_name(document.file_name, look.media_type)
    document.text, document.damage = look.text, look.damage or look.unpacked.damage
    document.contract_key = number_key(document.contract_number)
    counts.damaged += bool(document.damage)
    for member in look.unpacked.members:
        counts.unpacked += _add_member(session, office, document, member)
    _set_deadline(office, document)
    session.add(document)
    session.flush()
    if document.state == DocumentState.UNREAD and not document.filed_by:
        _file(session, office, document, counts, look.unpacked.reason)


def _set_deadline(office: Office, document: Document) -> None:
    came = local_day(document.stored_at, office.settings.time_zone)
    found = deadline_of(document.category, document.text, document.dated, came)
    if found is not None:
        document.deadline, document.deadline_estimated = found.day, found.estimated


def _file(
    session: Session, office: Office, document: Document, counts: Examined, note: Message | None
) -> None:
    proposal = NOBODY if document.media_type == MediaType.GDV else propose(session, document)
    if note is not None:
        proposal = replace(proposal, reasons=(note, *proposal.reasons))
    keep_proposal(document, proposal, office.settings.filing_threshold)
    session.add(document)
    counts.filed += document.state == DocumentState.FILED
    counts.proposed += document.state == DocumentState.UNREAD and document.customer is not None


def keep_proposal(document: Document, proposal: Proposal, threshold: int) -> None:
    """Files a document by itself where the machine is sure enough, else keeps whose it may be."""
    for name, value in proposed_columns(proposal).items():
        setattr(document, name, value)
    if proposal.customer is not None and proposal.confidence >= threshold:
        document.state, document.filed_by = DocumentState.FILED.value, MACHINE


def _add_member(session: Session, office: Office, parent: Document, member: Member) -> int:
    """A file of a ZIP as a document of its own, known ones with a further source; 1 if it is new."""
    sha256 = member.stored.sha256
    query = select(Document).where(Document.sha256 == sha256)
    known = session.exec(query).one_or_none()
    name = safe_file_name(member.name)
    made = known or Document(
        sha256=sha256,
        size=member.stored.size,
        file_name=name,
        title=parent.title,
        category=parent.category,
        sender=parent.sender,
        sender_name=parent.sender_name,
        contract_number=parent.contract_number,
        contract_key=parent.contract_key,
        customer_number=parent.customer_number,
        names=list(parent.names),
        dated=parent.dated,
        stored_at=office.now,
        parent=parent.id,
        details=dict(parent.details),
    )
    session.add(made)
    session.flush()
    if made.id != parent.id:
        _add_sources(session, parent, made, name)
    return int(known is None)


def _add_sources(session: Session, parent: Document, made: Document, name: str) -> None:
    """The member came wherever its ZIP came, at the next place of those behind the files themselves."""
    shipments = select(DocumentSource.shipment).where(DocumentSource.document == parent.id).distinct()
    for shipment in session.exec(shipments).all():
        last = select(func.max(DocumentSource.position)).where(DocumentSource.shipment == shipment)
        place = max(UNPACKED_FROM, session.exec(last).one() or 0) + 1
        session.add(DocumentSource(document=made.id or 0, shipment=shipment, position=place, file_name=name))
        session.flush()
