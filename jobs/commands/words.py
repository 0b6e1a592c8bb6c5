"""Words for states and causes as operators say them; JSON has the stable English ones."""

from __future__ import annotations

from core.locale import Message, _

STATES = {
    "": _("not sent yet"),
    "held": _("held"),
    "pending": _("pending"),
    "sending": _("being sent"),
    "delivered": _("delivered"),
    "failed": _("failed"),
    "uncertain": _("uncertain"),
    "discarded": _("discarded"),
}
CAUSES = {
    "findings": _("findings"),
    "first-unknown": _("first transfer?"),
    "unsendable": _("cannot be written"),
    "operator": _("operator"),
    "replaced": _("replaced"),
    "obsolete": _("needless"),
    "taken-back": _("taken back"),
    "credentials": _("credentials"),
    "data": _("data"),
    "outage": _("outage"),
    "tls": _("certificate"),
    "throttle": _("throttled"),
    "timeout": _("no answer"),
    "protocol": _("unreadable answer"),
    "worker-died": _("worker died"),
    "attempts": _("tried too often"),
    "two-references": _("twice at the partner"),
}
OUTCOMES = {
    "": Message(""),
    "delivered": _("delivered"),
    "refused-credentials": _("account refused"),
    "refused-data": _("refused"),
    "unavailable": _("not reached"),
    "throttled": _("asked to wait"),
    "uncertain": _("no answer"),
    "protocol": _("unreadable answer"),
}
ARRIVALS = {
    "stored": _("stored"),
    "applied": _("applied"),
    "quarantined": _("put back"),
    "ignored": _("ignored"),
}
MODES = {"trial": _("trial"), "live": _("live")}
ROLES = {"viewer": _("viewer"), "clerk": _("clerk"), "admin": _("admin")}
RUNS = {
    "running": _("running"),
    "done": _("done"),
    "failed": _("failed"),
    "died": _("died"),
    "unreached": _("partner out of reach"),
    "paused": _("paused"),
    "taken": _("done by another"),
}


def word(words: dict[str, Message], code: str) -> Message:
    """The word for a code; a code that is not among them stands for itself."""
    return words.get(code, Message("{code}", values={"code": code}))
