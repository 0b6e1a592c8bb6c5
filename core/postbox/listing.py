"""Documents as lists and conditions see them: read in pages, without their text unless it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.customers.customer import Customer
from core.errors import NotFound
from core.locale import _
from core.office import Office
from core.postbox.permission import require_visible, visible_to
from core.postbox.record import Document, DocumentSource, Shipment
from core.postbox.vocabulary import KIND, DocumentView
from core.store.paging import PAGE, find_ids, in_chunks, pages
from core.work.standing import assigned_to, due_days

if TYPE_CHECKING:
    from core.rulebook.condition import Condition


def select_documents(
    office: Office, condition: Condition | None = None, ids: Sequence[int] | None = None
) -> Iterator[DocumentView]:
    """The documents that fit and that the operator may see, by id. Raises ConditionTooSlow."""
    from core.rulebook.condition import ConditionContext

    context = ConditionContext(office.now, office.today)
    clause = condition.prefilter(context) if condition is not None else None
    query = slim(with_text=condition is not None and "text" in condition.fields)
    if clause is not None:
        query = query.where(clause)
    views = _views(office, query, ids)
    if condition is None:
        return views
    return (view for view in views if condition.matches(view, context))


def slim(*, with_text: bool = False) -> SelectOfScalar[Document]:
    """Documents without their text, which may be long."""
    query = select(Document)
    text: Any = Document.text
    return query if with_text else query.options(defer(text))


def _views(
    office: Office, query: SelectOfScalar[Document], ids: Sequence[int] | None
) -> Iterator[DocumentView]:
    if ids is None:

        def read(session: Session, last: int) -> list[DocumentView]:
            page = query.where(col(Document.id) > last, visible_to(session, office.operator))
            return views_of(session, session.exec(page.order_by(col(Document.id)).limit(PAGE)).all())

        yield from pages(office.store, read, lambda view: view.document.id or 0, 0)
        return
    for chunk in in_chunks(ids):
        with office.store.read() as session:
            some = query.where(col(Document.id).in_(chunk), visible_to(session, office.operator))
            found = views_of(session, session.exec(some.order_by(col(Document.id))).all())
        yield from found


def views_of(session: Session, documents: Sequence[Document]) -> list[DocumentView]:
    """Documents with customers, shipments and colleagues; a handful of queries for all of them."""
    ids = [one.id or 0 for one in documents]
    if not ids:
        return []
    customers = _customers(session, sorted({one.customer for one in documents if one.customer is not None}))
    sources = _sources(session, ids)
    assigned, due = assigned_to(session, KIND, ids), due_days(session, KIND, ids)
    views: list[DocumentView] = []
    for one in documents:
        id_ = one.id or 0
        customer = customers.get(one.customer or 0)
        count, acknowledged = sources.get(id_, (0, None))
        views.append(
            DocumentView(
                one,
                customer.number if customer else "",
                customer.display_name if customer else "",
                acknowledged,
                count,
                assigned.get(id_, ""),
                due.get(id_),
            )
        )
    return views


def _customers(session: Session, ids: Sequence[int]) -> dict[int, Customer]:
    return {one.id or 0: one for one in session.exec(select(Customer).where(col(Customer.id).in_(ids)))}


def _sources(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, datetime | None]]:
    """How many sources each document has, and when the last shipment of them was acknowledged."""
    query = (
        select(DocumentSource.document, sa.func.count(), sa.func.max(Shipment.acknowledged_at))
        .join(Shipment, col(Shipment.id) == col(DocumentSource.shipment), isouter=True)
        .where(col(DocumentSource.document).in_(ids))
        .group_by(col(DocumentSource.document))
    )
    return {document: (count, at) for document, count, at in session.exec(query)}


def find_documents(office: Office, names: Sequence[str]) -> list[int]:
    """The ids of documents, as they are written. Raises NotFound for the first unknown one."""
    return find_ids(office.store, Document, names, lambda name: _("There is no document {id}.", id=name))


def open_document(
    office: Office, id_: int
) -> tuple[DocumentView, list[tuple[DocumentSource, Shipment | None]]]:
    """A document with its text and where it came from. Raises NotFound, NotAllowed."""
    with office.store.read() as session:
        document = session.get(Document, id_)
        if document is None:
            raise NotFound(_("There is no document {id}.", id=id_))
        require_visible(session, office.operator, document)
        query = (
            select(DocumentSource, Shipment)
            .join(Shipment, col(Shipment.id) == col(DocumentSource.shipment), isouter=True)
            .where(DocumentSource.document == id_)
            .order_by(col(DocumentSource.id))
        )
        return views_of(session, [document])[0], [(one, shipment) for one, shipment in session.exec(query)]
