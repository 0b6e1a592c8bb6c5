"""The customer's file (Kundenakte) on a terminal: everything on one customer, section by section."""

from __future__ import annotations

from collections.abc import Mapping

import click

from core.customers.dossier import dossier
from core.customers.listing import find_customers
from core.dossier.entry import Dossier, Entry
from core.locale import Message, _
from core.text import printable, visible
from jobs.commands.frame import Frame


def show_dossier(frame: Frame, number: str) -> None:
    """Prints everything on one customer."""
    with frame.office() as office:
        found = dossier(office, find_customers(office, [number])[0])
    if frame.format == "json":
        frame.json(_as_json(found))
        return
    frame.facts([(_("Customer number"), visible(found.about.subject)), (_("Name"), visible(found.name))])
    for section in found.sections:
        frame.heading(section.title)
        for entry in section.entries:
            _print_entry(frame, entry)


def _print_entry(frame: Frame, entry: Entry) -> None:
    lines = [(label, value) for label, value in entry.lines if value not in (None, "")]
    if entry.at is None and lines:
        # a field and its value fit on one line
        (_label, first), *lines = lines
        _print(f"{frame.text(entry.title)}: {frame.text(first)}")
    else:
        _print("  ".join(part for part in (frame.text(entry.at), frame.text(entry.title)) if part))
    for label, value in lines:
        _print_line(frame, label, value)


def _print_line(frame: Frame, label: Message, value: object) -> None:
    first, *others = str(value).splitlines() if isinstance(value, str) else [frame.text(value)]
    _print(f"    {frame.text(label)}: {first}")
    for line in others:
        _print(f"      {line}")


def _print(line: str) -> None:
    click.echo(printable(line).rstrip())


def _as_json(found: Dossier) -> Mapping[str, object]:
    return {
        "number": found.about.subject,
        "id": found.about.id,
        "name": found.name,
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "entries": [_entry_as_json(one) for one in section.entries],
            }
            for section in found.sections
        ],
    }


def _entry_as_json(entry: Entry) -> Mapping[str, object]:
    return {
        "at": entry.at,
        "title": entry.title,
        "kind": entry.kind,
        "id": entry.id,
        "lines": [{"label": label, "value": value} for label, value in entry.lines],
    }
