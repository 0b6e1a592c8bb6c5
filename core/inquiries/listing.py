"""Inquiries as lists see them, read in chunks; and the open ones of some records."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inquiries.inquiry import Inquiry, InquiryState
from core.locale import _
from core.office import Office
from core.store.paging import by_id, find_ids
from core.text import folded


def select_inquiries(
    office: Office,
    *,
    adviser: str | None = None,
    due: bool = False,
    ended: bool = False,
) -> Iterator[Inquiry]:
    """Inquiries by id: the open ones (`ended`: all), of one adviser, (`due`) those that came up again."""
    query = select(Inquiry)
    if not ended:
        query = query.where(Inquiry.state == InquiryState.OPEN)
    if adviser is not None:
        query = query.where(Inquiry.adviser_folded == folded(adviser))
    if due:
        query = query.where(Inquiry.state == InquiryState.OPEN, col(Inquiry.due) <= office.today)
    return by_id(office.store, Inquiry, query)


def find_inquiries(office: Office, names: Sequence[str]) -> list[int]:
    """The ids of inquiries, as they are written. Raises NotFound for the first unknown one."""
    return find_ids(office.store, Inquiry, names, lambda name: _("There is no inquiry {id}.", id=name))


def find_inquiry(session: Session, id_: int) -> Inquiry:
    """One inquiry. Raises NotFound."""
    inquiry = session.get(Inquiry, id_)
    if inquiry is None:
        raise NotFound(_("There is no inquiry {id}.", id=id_))
    return inquiry


def open_inquiries(
    session: Session, kind: str, records: Collection[int], *, lock: bool = False
) -> dict[int, list[Inquiry]]:
    """The open inquiries about these records, by record; at most a few hundred records at once."""
    query = select(Inquiry).where(
        Inquiry.kind == kind, col(Inquiry.record).in_(records), Inquiry.state == InquiryState.OPEN
    )
    found: dict[int, list[Inquiry]] = {}
    for one in session.exec(query.order_by(col(Inquiry.id)).with_for_update() if lock else query):
        found.setdefault(one.record, []).append(one)
    return found
