"""What operators call the states and addressees of inquiries; cheap to load, for every face."""

from __future__ import annotations

from core.locale import _

STATES = {
    "open": _("open"),
    "answered": _("answered"),
    "withdrawn": _("withdrawn"),
}
ADDRESSEES = {
    "customer": _("the customer"),
    "adviser": _("the adviser"),
}
