"""What fixes would change, shown before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from core.locale import _
from core.text import visible
from jobs.commands.findings import field_label
from jobs.commands.frame import Frame

if TYPE_CHECKING:
    from core.customers.fixing import FieldChange


def show_changes(frame: Frame, number: str, changes: Iterable[FieldChange]) -> None:
    """A diff of one record: beside a table on stdout, else out of the way on stderr."""
    for change in changes:
        line = _(
            "{number}  {field}: “{before}” → “{after}”",
            number=visible(number),
            field=field_label(change.field),
            before=visible(change.before),
            after=visible(change.after),
        )
        click.echo(frame.text(line), err=frame.format != "table")
