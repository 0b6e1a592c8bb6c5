"""`leitstand postbox`: the post: list, show, file, export, be done with …"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import WrongUsage
from core.locale import Message, _
from core.postbox.words import DAMAGES, SHIPMENTS, STATES
from core.text import visible
from jobs.commands.frame import Frame
from jobs.commands.grammar import OUTPUT, Group, Whole, argument, option
from jobs.commands.importing import apply_files
from jobs.commands.layout import Yields
from jobs.commands.printing import Column, Listing, lines
from jobs.commands.selecting import document_condition
from jobs.commands.words import word

if TYPE_CHECKING:
    from core.office import Office
    from core.postbox.exporting import Exported
    from core.postbox.record import DocumentSource, Shipment
    from core.postbox.vocabulary import DocumentView


def as_json(view: DocumentView) -> Mapping[str, object]:
    """For machines."""
    from core.postbox.categories import category_name

    one = view.document
    return {
        "id": one.id,
        "state": one.state,
        "category": one.category,
        "category_name": category_name(one.category),
        "sender": one.sender,
        "sender_name": one.sender_name,
        "stored_at": one.stored_at,
        "filed_to": view.filed_to or None,
        "acknowledged_at": view.acknowledged_at,
        "proposed": None if view.is_filed else view.customer_number or None,
        "filed_by": one.filed_by,
        "confidence": one.confidence,
        "reasons": [Message.load(reason) for reason in one.reasons],
        "contract": one.contract_number,
        "title": one.title,
        "file": one.file_name,
        "type": one.media_type,
        "size": one.size,
        "sha256": one.sha256,
        "damage": one.damage,
        "deadline": one.deadline,
        "deadline_estimated": one.deadline_estimated,
        "from": one.parent,
        "sources": view.sources,
        "assigned": view.assigned,
        "due": view.due,
    }


def _category(view: DocumentView) -> Message:
    from core.postbox.categories import category_name

    return category_name(view.document.category)


def _whose(view: DocumentView) -> object:
    if not view.customer_number:
        return ""
    shown = visible(view.customer_number)
    return shown if view.is_filed else _("{customer}?", customer=shown)


def _deadline(view: DocumentView) -> object:
    day = view.document.deadline
    if day is None or not view.document.deadline_estimated:
        return day
    return _("{day} (estimated)", day=f"{day:%d.%m.%Y}")


DOCUMENTS: Listing[DocumentView] = Listing(
    (
        Column(_("Id"), lambda one: one.document.id),
        Column(_("State"), lambda one: word(STATES, one.document.state)),
        Column(_("Stored"), lambda one: one.document.stored_at),
        Column(_("Sender"), lambda one: visible(one.document.sender_name or one.document.sender)),
        Column(_("Category"), _category),
        Column(_("Title"), lambda one: visible(one.document.title or one.document.file_name)),
        Column(_("Customer"), _whose, Yields.LAST),
        Column(_("Deadline"), _deadline),
    ),
    as_json,
)
EXPORTED: Listing[Exported] = Listing(
    (Column(_("Id"), lambda one: one.id), Column(_("File"), lambda one: str(one.path), Yields.LAST)),
    lambda one: {"id": one.id, "file": str(one.path)},
)


def _more() -> Iterable[click.Command]:
    from core.postbox.listing import find_documents
    from jobs.commands.verbs import Face, verbs

    return verbs(Face("postbox", "ID", find_documents, _choose, after={"import": _import_now}))


def _choose(where: str | None) -> Any:
    from core.postbox.listing import select_documents

    condition = document_condition(where)

    def chosen(office: Office) -> Iterator[int]:
        return (view.document.id or 0 for view in select_documents(office, condition))

    return chosen


def _import_now(frame: Frame, office: Office, _ids: Sequence[int]) -> bool:
    """Applies what was offered to the import, at once."""
    from core.contracts import importing
    from core.contracts.linking import link_contracts
    from core.inbox.listing import waiting_of

    well = apply_files(frame, office, waiting_of(office, importing.KIND))
    link_contracts(office)
    return well


postbox_group = Group("postbox", _("The post: documents that partners sent; ID says which."), _more)


@postbox_group.sub("list", _("Lists documents."))
@option("--where", metavar="CONDITION", help=_("Only those that fit this condition."))
@option("--limit", type=Whole(), help=_("At most so many."))
def list_documents(frame: Frame, where: str | None, limit: int | None) -> None:
    """Lists documents, the oldest first."""
    from core.postbox.listing import select_documents

    condition = document_condition(where)
    with frame.office() as office:
        frame.list(DOCUMENTS, select_documents(office, condition), limit)


@postbox_group.sub("show", _("Shows a document, where it came from, and its text."), ("table", "json"))
@argument("document", metavar="ID")
def show_document(frame: Frame, document: str) -> None:
    """Shows a document."""
    from core.postbox.listing import find_documents, open_document

    with frame.office() as office:
        view, sources = open_document(office, find_documents(office, [document])[0])
    if frame.format == "json":
        frame.json({**as_json(view), "text": view.document.text, "shipments": list(map(_source, sources))})
        return
    frame.facts(_facts(view))
    frame.heading(_("Came with"))
    frame.table(
        (_("Shipment"), _("Account"), _("State"), _("File"), _("Acknowledged")),
        [
            (
                visible(shipment.number) if shipment else "",
                shipment.account if shipment else "",
                word(SHIPMENTS, shipment.state) if shipment else "",
                visible(source.file_name),
                shipment.acknowledged_at if shipment else None,
            )
            for source, shipment in sources
        ],
    )
    if view.document.text:
        frame.heading(_("Text"))
        click.echo(lines(view.document.text.replace("\r", "").replace("\f", "\n")))


def _source(one: tuple[DocumentSource, Shipment | None]) -> Mapping[str, object]:
    source, shipment = one
    return {
        "shipment": shipment.number if shipment else None,
        "account": shipment.account if shipment else None,
        "state": shipment.state if shipment else None,
        "available_until": shipment.available_until if shipment else None,
        "position": source.position,
        "file": source.file_name,
    }


@postbox_group.sub("export", _("Writes documents as files into a folder, and says where."))
@argument("documents", nargs=-1, metavar="[ID]…")
@option("--where", metavar="CONDITION", help=_("All that fit this condition."))
@option(
    "--to", type=OUTPUT, help=_("The folder; else the one that the settings name, or “post” in the home.")
)
@option("--name", default="", help=_("What files are called, such as “{pattern}”.", pattern="{date} {title}"))
def export_documents(
    frame: Frame, documents: Sequence[str], where: str | None, to: Path | None, name: str
) -> None:
    """Writes files that can be opened from any desk."""
    from core.postbox.exporting import export
    from core.postbox.listing import find_documents

    if bool(documents) == (where is not None):
        raise WrongUsage(_("Name records, or choose them with --where."))
    chosen = _choose(where)
    with frame.office() as office:
        ids = find_documents(office, documents) if documents else list(chosen(office))
        frame.list(EXPORTED, export(office, ids, frame.say, to, name))


def _facts(view: DocumentView) -> list[tuple[Message, object]]:
    one = view.document
    return [
        (_("Document"), one.id),
        (_("Title"), visible(one.title)),
        (_("File"), visible(one.file_name)),
        (_("Type"), one.media_type),
        (_("Bytes"), one.size),
        (_("Damage"), word(DAMAGES, one.damage) if one.damage else ""),
        (_("State"), word(STATES, one.state)),
        (_("Category"), _category(view)),
        (_("Sender"), visible(one.sender_name or one.sender)),
        (_("Contract"), visible(one.contract_number)),
        (_("Dated"), visible(one.dated)),
        (_("Customer") if view.is_filed else _("Proposed"), _named(view)),
        (_("Confidence"), one.confidence or None),
        (_("Reasons"), tuple(Message.load(reason) for reason in one.reasons)),
        (_("Filed by"), one.filed_by),
        (_("Deadline"), _deadline(view)),
        (_("For"), view.assigned),
        (_("Resubmission"), view.due),
        (_("Stored"), one.stored_at),
        (_("Acknowledged"), view.acknowledged_at),
    ]


def _named(view: DocumentView) -> str:
    return " ".join(part for part in (visible(view.customer_number), visible(view.customer_name)) if part)
