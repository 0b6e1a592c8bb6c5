"""What operators call states and damages of documents; cheap to load, for every face."""

from __future__ import annotations

from core.locale import _

STATES = {
    "unread": _("unread"),
    "filed": _("filed"),
    "done": _("done"),
    "put-back": _("put back"),
}
DAMAGES = {
    "encrypted": _("encrypted"),
    "damaged": _("damaged"),
    "empty": _("empty"),
}
SHIPMENTS = {
    "listed": _("listed"),
    "stored": _("stored"),
    "acknowledged": _("acknowledged"),
    "gone": _("gone"),
    "put-back": _("put back"),
}
