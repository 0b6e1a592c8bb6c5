"""What operators call why something is their work, and what it is; cheap to load, for every face."""

from __future__ import annotations

from core.locale import _

REASONS = {
    "due": _("due"),
    "handed": _("handed over"),
    "message": _("message"),
    "unassigned": _("nobody's"),
}
SOURCES = {
    "resubmission": _("Resubmission"),
    "inquiry": _("Inquiry"),
    "assignment": _("Hand-over"),
    "memo": _("Message"),
    "transfer": _("Transfer"),
    "arrival": _("Arrival"),
    "document": _("Document"),
    "conflict": _("Import conflict"),
}
