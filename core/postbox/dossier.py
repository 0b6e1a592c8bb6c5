"""Post in a customer's dossier."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col

from core.dossier.entry import About, Entry, Line
from core.locale import Message, _
from core.office import Office
from core.postbox.categories import category_name
from core.postbox.listing import slim
from core.postbox.permission import visible_to
from core.postbox.record import Document
from core.postbox.words import DAMAGES, STATES
from core.text import visible

CUSTOMER = "customer"
MOST = 500


def documents_of(session: Session, office: Office, about: About) -> Iterator[Entry]:
    """What is filed to a customer, and what is only proposed for it, the newest first."""
    if about.kind != CUSTOMER:
        return
    query = slim().where(Document.customer == about.id, visible_to(session, office.operator))
    for one in session.exec(
        query.order_by(col(Document.stored_at).desc(), col(Document.id).desc()).limit(MOST)
    ):
        yield Entry(_title(one), one.stored_at, tuple(_lines(one)), "document", one.id)


def _title(document: Document) -> Message:
    shown = visible(document.title or document.file_name)
    if document.filed_by:
        return _("{category}: {title}", category=category_name(document.category), title=shown)
    return _("Proposed: {category}: {title}", category=category_name(document.category), title=shown)


def _lines(document: Document) -> Iterator[Line]:
    yield _("State"), STATES.get(document.state, Message(document.state))
    yield _("Sender"), visible(document.sender_name or document.sender)
    yield _("Contract"), visible(document.contract_number)
    yield from deadline_line(document)
    if document.damage:
        yield _("Damage"), DAMAGES.get(document.damage, Message(document.damage))


def deadline_line(document: Document) -> Iterator[Line]:
    """Until when it has to be dealt with, and whether that is estimated."""
    if document.deadline is None:
        return
    if document.deadline_estimated:
        yield _("Deadline"), _("{day} (estimated)", day=f"{document.deadline:%d.%m.%Y}")
    else:
        yield _("Deadline"), document.deadline
