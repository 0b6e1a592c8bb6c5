"""What can be done among colleagues to a row of any area; the operations are `core.work.on_records`."""

from __future__ import annotations

from core.locale import _
from tui.keys import Asks, Verb, verb


def work_verbs(area: str) -> tuple[Verb, ...]:
    """Hand over, take, give back, have it come up again, write about it; not on the key line."""
    return (
        verb(area, "hand-over", "H", _("Hand over"), Asks.FORM, on_key_line=False),
        verb(area, "take", "P", _("Take"), on_key_line=False),
        verb(area, "give-back", "B", _("Give back"), on_key_line=False),
        verb(area, "remind", "W", _("Resubmit"), Asks.FORM, on_key_line=False),
        verb(area, "message", "M", _("Message"), Asks.FORM, on_key_line=False),
    )
