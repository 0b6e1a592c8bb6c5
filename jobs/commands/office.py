"""`leitstand init` and `leitstand migrate`: an office comes to be, and keeps up with the program."""

from __future__ import annotations

import os

from core.locale import _
from jobs.commands.frame import Frame
from jobs.commands.grammar import command


@command(
    "init", _("Creates an office: home, database and key. Who does it becomes its admin. Again is harmless.")
)
def init(frame: Frame) -> None:
    """Creates the office."""
    from core.opening import create_office

    create_office(frame.home, os.environ, frame.operator)
    if frame.format == "json":
        frame.json({"home": str(frame.home), "operator": frame.operator})
        return
    frame.tell(_("There is an office in {home} now.", home=str(frame.home)))
    frame.tell(_("Next: `leitstand import customers FILE` and `leitstand accounts set vema`."))


@command("migrate", _("Brings the database to the layout that this program needs."))
def migrate(frame: Frame) -> None:
    """Upgrades the database."""
    from core.opening import migrate_office
    from core.store.schema import HEAD

    migrate_office(frame.home, os.environ)
    if frame.format == "json":
        frame.json({"home": str(frame.home), "version": HEAD})
        return
    frame.tell(_("The database in {home} has the layout {version} now.", home=str(frame.home), version=HEAD))
