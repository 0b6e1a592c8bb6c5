"""Documents as files in a folder that the desks share: the practical way to read a PDF over SSH."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.clock import local_day
from core.errors import WrongUsage
from core.locale import Say, _
from core.office import Office
from core.postbox.categories import category_name
from core.postbox.listing import select_documents
from core.postbox.sniffing import safe_file_name
from core.postbox.vocabulary import DocumentView
from core.text import printable, squeezed

FOLDER = "post"
_FIELD = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class Exported:
    """A document and the file that it was written to."""

    id: int
    path: Path


def export(
    office: Office, ids: Sequence[int], say: Say, folder: Path | None = None, pattern: str = ""
) -> Iterator[Exported]:
    """Writes documents under names that a pattern makes, and answers where each lies.

    The same file once more keeps its name; another one of that name gets a number. Raises WrongUsage for a
    pattern that is not understood or a folder that cannot be written.
    """
    target = folder or _folder_of(office)
    wanted = pattern or office.settings.postbox_pattern
    check_pattern(wanted)
    try:
        target.mkdir(parents=True, exist_ok=True)
        for view in select_documents(office, ids=ids):
            source = office.archive.path(view.document.sha256)
            name = name_of(office, view, wanted, say)
            yield Exported(view.document.id or 0, _write(source, target, name))
    except OSError as error:
        reason = error.strerror or str(error)
        raise WrongUsage(_("{file} cannot be written: {reason}", file=str(target), reason=reason)) from error


def _folder_of(office: Office) -> Path:
    return office.home / (office.settings.postbox_folder or FOLDER)


FIELDS = ("date", "sender", "contract", "customer", "name", "category", "title", "id")


def check_pattern(pattern: str) -> None:
    """Raises WrongUsage where a pattern names what documents do not have."""
    for field in _FIELD.findall(pattern):
        if field not in FIELDS:
            raise WrongUsage(
                _("A name has no part {part}. Possible: {known}.", part=printable(field), known=FIELDS)
            )


def name_of(office: Office, view: DocumentView, pattern: str, say: Say) -> str:
    """What a document is called when it is exported; safe on any system, and it ends as what it is."""
    document = view.document
    parts = {
        "date": f"{local_day(document.stored_at, office.settings.time_zone):%Y-%m-%d}",
        "sender": document.sender_name or document.sender,
        "contract": document.contract_number,
        "customer": view.customer_number,
        "name": view.customer_name,
        "category": say(category_name(document.category)),
        "title": document.title or Path(document.file_name).stem,
        "id": str(document.id),
    }
    name = _FIELD.sub(lambda found: parts[found[1]].replace("/", "-").replace("\\", "-"), pattern)
    ending = Path(document.file_name).suffix
    return safe_file_name(f"{squeezed(name)}{ending}", document.media_type)


def _write(source: Path, folder: Path, name: str) -> Path:
    stem, ending = os.path.splitext(name)  # noqa: PTH122 - a name, not a path
    number = 1
    while True:
        target = folder / (name if number == 1 else f"{stem} ({number}){ending}")
        if not target.exists():
            return _copy(source, target)
        if target.stat().st_size == source.stat().st_size and _same(source, target):
            return target
        number += 1


def _same(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while True:
            here, there = first.read(1 << 20), second.read(1 << 20)
            if here != there:
                return False
            if not here:
                return True


def _copy(source: Path, target: Path) -> Path:
    """Whole or not at all: nobody opens half a file."""
    descriptor, temporary = tempfile.mkstemp(prefix=".", dir=target.parent)
    try:
        with source.open("rb") as file, os.fdopen(descriptor, "wb") as copy:
            shutil.copyfileobj(file, copy, 1 << 20)
        Path(temporary).chmod(0o640)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target
