"""What conditions can say of arrivals."""

from __future__ import annotations

from functools import lru_cache

from core.inbox.arrival import Arrival, ArrivalState
from core.rulebook.condition import (
    AgeField,
    Choice,
    ChoiceField,
    Flag,
    FlagField,
    NumberField,
    TextField,
    Vocabulary,
)
from core.work.standing import assigned_column

KIND = "arrival"
"""How assignments and resubmissions name arrivals."""
STATES = (
    Choice(ArrivalState.STORED.value, "stored", "gespeichert"),
    Choice(ArrivalState.APPLIED.value, "applied", "angewendet", ("übernommen",)),
    Choice(ArrivalState.QUARANTINED.value, "quarantined", "zurückgestellt", ("put back", "put-back")),
    Choice(ArrivalState.IGNORED.value, "ignored", "ignoriert"),
)


@lru_cache(maxsize=1)
def arrival_vocabulary() -> Vocabulary:
    """The fields of arrivals, by their English and German names."""
    return Vocabulary(
        [
            NumberField("id", "id", lambda one: one.id, Arrival.id),  # pyright: ignore
            ChoiceField("state", "zustand", lambda one: one.state, Arrival.state, choices=STATES),  # pyright: ignore
            TextField("type", "art", lambda one: one.kind),
            TextField("file", "datei", lambda one: one.name, aliases=("name",)),
            TextField("source", "quelle", lambda one: one.source),
            NumberField("row", "zeile", lambda one: one.position, Arrival.position),  # pyright: ignore
            NumberField("batch", "import", lambda one: one.parent or one.id),
            TextField("reason", "grund", _reason),
            NumberField("seen", "gesehen", lambda one: one.seen, Arrival.seen),  # pyright: ignore
            AgeField("age", "alter", lambda one: one.received_at),
            TextField(
                "assigned",
                "bearbeiter",
                lambda one: one.assigned,
                folded_column=assigned_column(KIND, Arrival.id),
                aliases=("zugewiesen",),
            ),
            FlagField(flags=(Flag("stuck", "offen", "state:quarantined", ("steckt",)),)),
        ]
    )


def _reason(one: Arrival) -> str:
    """In English, whatever the operator's language: conditions are kept, and mean the same to everybody."""
    return str(one.reason_message() or "")
