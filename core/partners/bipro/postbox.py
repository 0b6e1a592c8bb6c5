"""A BiPRO postbox as the postbox area knows it. What is heavy (httpx, lxml) is imported when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from core.archive import Stored
from core.errors import UnreadableInput
from core.locale import Message, _, n_
from core.outbox.outcome import Credentials
from core.partners.bipro.profile import SHIPPED, BiproProfile, read_profile
from core.partners.endpoint import check_address
from core.partners.profile import wrong
from core.postbox.post import Acknowledge, Contents, FoundFile, PostConnection, Store
from core.settings import FILE_NAME, PartnerSettings

if TYPE_CHECKING:
    from core.partners.bipro.answer import Node
    from core.partners.bipro.message import Opened
    from core.partners.bipro.mtom import Part
    from core.partners.bipro.transfer import Described

_KEPT = ("Dateityp", "Komprimierungstyp", "Dateikennung", "DateiID")


class BiproPostbox:
    """A `Postbox`, made from a profile."""

    def __init__(self, profile: BiproProfile) -> None:
        self.profile = profile
        self.name, self.title = profile.name, profile.title
        self.acknowledges = profile.acknowledge
        self.parallel = profile.transfer.senders

    def connect(self, credentials: Credentials, now: Callable[[], datetime]) -> PostConnection:
        """A client for one account; `now` is the clock (aware UTC). Opens nothing yet."""
        from core.partners.bipro.client import BiproConnection

        return BiproConnection(self.profile, credentials, now)

    def contents(self, raw: Path, content_type: str, store: Store) -> Contents:
        """Reads a raw answer and keeps its files. Raises UnreadableInput where it is no whole shipment."""
        from core.partners.bipro.message import open_message
        from core.partners.bipro.transfer import describe, shipment_in
        from core.partners.xml import Unreadable

        try:
            with raw.open("rb") as file:
                opened = open_message(file, content_type, store, self.profile.largest_list)
                _need_ok(opened.body)
                offered, blocks, whole = describe(shipment_in(opened.body))
                files, missing = _files(file, opened, blocks, store)
                if not files and missing:
                    raise Unreadable("refers to files that did not come with it")
                files = files or [_found(whole, _the_answer_itself(file, opened, store), "Daten.xml")]
        except Unreadable as error:
            raise UnreadableInput(raw.name, _("The answer {reason}.", reason=str(error))) from error
        return Contents(offered, tuple(files), _flaw(missing))


def _need_ok(body: Node) -> None:
    """Raises Unreadable for a refusal; an answer that brings a shipment need not say that all is well."""
    from core.partners.bipro.soap import Meaning, status_of
    from core.partners.xml import Unreadable

    try:
        status = status_of(body)
    except Unreadable:
        return
    if status.meaning is not Meaning.OK:
        raise Unreadable(f"is a refusal: {status.told or ', '.join(status.codes)}")


def _files(
    file: BinaryIO, opened: Opened, blocks: list[Described], store: Store
) -> tuple[list[FoundFile], int]:
    """The files of a shipment, parts that nothing refers to among them; and how many did not come."""
    from core.partners.bipro.mtom import read_part

    found: list[FoundFile] = []
    used: set[int] = set()
    missing = 0
    for block in blocks:
        stored, part = _stored(file, opened, block, store)
        if stored is None:
            missing += 1
            continue
        if part is not None:
            used.add(part.start)
        found.append(_found(block, stored, part=part))
    number = len(blocks)
    for part in _spare(opened, used):
        number += 1
        found.append(_unnamed(number, store(read_part(file, part)), part))
    return found, missing


def _stored(
    file: BinaryIO, opened: Opened, block: Described, store: Store
) -> tuple[Stored | None, Part | None]:
    from core.partners.bipro.answer import HOLDING
    from core.partners.bipro.mtom import read_part

    node = block.node
    holder = next((one for one in node.children if one.name in HOLDING), None) if node is not None else None
    if holder is None:
        return None, None
    if holder.content is not None:
        return holder.content, None
    include = next(holder.below("Include"), None)
    if include is None:
        return store(()), None
    href = include.attributes.get("href", "")
    part = opened.multipart.referred_to(href) if opened.multipart else None
    return (store(read_part(file, part)), part) if part is not None else (None, None)


def _spare(opened: Opened, used: set[int]) -> Iterator[Part]:
    parts = opened.multipart.parts if opened.multipart else ()
    return (part for part in parts if part is not opened.root and part.start not in used)


def _the_answer_itself(file: BinaryIO, opened: Opened, store: Store) -> Stored:
    """Data without a file is kept as the XML that it came in."""
    from core.partners.bipro.mtom import CHUNK, read_part

    if opened.root is not None:
        return store(read_part(file, opened.root))
    file.seek(0)
    return store(iter(lambda: file.read(CHUNK), b""))


def _found(block: Described, stored: Stored, file_name: str = "", part: Part | None = None) -> FoundFile:
    declared = part.media_type.name if part is not None else ""
    kept = {name: text for name in _KEPT if block.node is not None and (text := block.node.said(name))}
    return FoundFile(
        position=block.position,
        stored=stored,
        file_name=block.file_name or file_name,
        title=block.title,
        category=block.category,
        sender=block.sender,
        sender_name=block.sender_name,
        contract_number=block.contract_number,
        customer_number=block.customer_number,
        names=block.names,
        dated=block.dated,
        details={**block.details, **kept, **({"Content-Type": declared} if declared else {})},
    )


def _unnamed(position: int, stored: Stored, part: Part) -> FoundFile:
    """A part that nothing in the answer refers to: kept all the same."""
    disposition = part.headers.get("content-disposition", "")
    return FoundFile(
        position,
        stored,
        file_name=_name_in(disposition) or part.content_id,
        details={"Content-Type": part.media_type.name},
    )


def _name_in(disposition: str) -> str:
    from core.partners.bipro.mtom import read_media_type

    return read_media_type(disposition).parameters.get("filename", "")


def _flaw(missing: int) -> Message | None:
    if not missing:
        return None
    return n_(
        "{count} file is announced in it and did not come under that name.",
        "{count} files are announced in it and did not come under that name.",
        missing,
    )


def open_postbox(name: str, settings: PartnerSettings, home: Path) -> BiproPostbox:
    """A postbox as an office has set it; paths in its settings start in `home`. Raises UnreadableInput."""
    transfer: dict[str, Any] = {}
    login: dict[str, Any] = {}
    for key, address, table in (
        ("postbox_login_url", settings.postbox_login_url, login),
        ("postbox_url", settings.postbox_url, transfer),
    ):
        if address:
            check_address(address, home / FILE_NAME, f"partners.{name}.{key}")
            table["url"] = address
    if settings.ca_file:
        login["ca_file"] = transfer["ca_file"] = str((home / settings.ca_file).absolute())
    changes: dict[str, Any] = {"login": login, "transfer": transfer}
    if settings.consumer_id:
        changes["consumer_id"] = settings.consumer_id
    if settings.acknowledge:
        changes["acknowledge"] = _policy(name, settings.acknowledge, home)
    chosen = settings.postbox or name
    postbox = BiproPostbox(read_profile(SHIPPED.get(chosen) or home / chosen, changes))
    postbox.name = name
    return postbox


def _policy(name: str, text: str, home: Path) -> Acknowledge:
    try:
        return Acknowledge(text)
    except ValueError:
        known = ", ".join(Acknowledge)
        reason = _("“{value}” is not known; there is: {known}", value=text, known=known)
        raise wrong(home / FILE_NAME, f"partners.{name}.acknowledge", reason) from None
