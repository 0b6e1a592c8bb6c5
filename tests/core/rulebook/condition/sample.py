"""A little area for these tests: a record with a field of every kind, its table and its vocabulary."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Date, Integer, MetaData, String, Table

from core.rulebook.condition import (
    AgeField,
    Choice,
    ChoiceField,
    ConditionContext,
    DateField,
    Flag,
    FlagField,
    ListField,
    NumberField,
    TextField,
    Vocabulary,
    parse,
)
from core.store.columns import Moment
from core.text import folded

NOW = datetime(2026, 2, 10, 12, 0, tzinfo=UTC)
CONTEXT = ConditionContext(NOW, NOW.date())

TABLE = Table(
    "condition_sample",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("town", String),
    Column("town_folded", String),
    Column("state", String),
    Column("attempts", Integer),
    Column("until", Date),
    Column("sent_at", Moment),
)


@dataclass
class Row:
    """One record; the texts without a column (iban, born) are known to the predicate only."""

    town: str | None = ""
    state: str | None = ""
    attempts: int | None = None
    until: date | None = None
    sent_at: datetime | None = None
    iban: str | None = ""
    born: str = ""
    amount: object = ""
    findings: list[str] = field(default_factory=list[str])

    def stored(self, id: int) -> dict[str, Any]:
        """As a row of TABLE."""
        folded_town = None if self.town is None else folded(self.town)
        columns = {name: getattr(self, name) for name in ("town", "state", "attempts", "until", "sent_at")}
        return {"id": id, "town_folded": folded_town, **columns}


VOCABULARY = Vocabulary(
    [
        TextField("town", "Ort", lambda row: row.town, TABLE.c.town, TABLE.c.town_folded, aliases=("city",)),
        TextField("iban", "Kontonummer", lambda row: row.iban),
        ChoiceField(
            "state",
            "Zustand",
            lambda row: row.state,
            TABLE.c.state,
            choices=(
                Choice("held", "held", "angehalten"),
                Choice("failed", "failed", "fehlgeschlagen"),
                Choice("uncertain", "uncertain", "unklar"),
                Choice("delivered", "delivered", "zugestellt", aliases=("ok",)),
            ),
        ),
        NumberField("attempts", "Versuche", lambda row: row.attempts, TABLE.c.attempts),
        NumberField("amount", "Betrag", lambda row: row.amount),
        DateField("until", "bis", lambda row: row.until, TABLE.c.until),
        DateField("born", "Geburtsdatum", lambda row: row.born),
        DateField("sent", "gesendet", lambda row: row.sent_at, TABLE.c.sent_at),
        AgeField("age", "Alter", lambda row: row.sent_at, TABLE.c.sent_at),
        ListField("finding", "Befund", lambda row: row.findings),
        FlagField(
            (
                Flag("stuck", "hängt", "state:held OR state:failed OR state:uncertain"),
                Flag("german", "deutsch", lambda row: (row.iban or "").startswith("DE")),
            )
        ),
    ]
)


def matches(condition: str, row: Row, context: ConditionContext = CONTEXT) -> bool:
    """What the condition says of the row."""
    return parse(condition, VOCABULARY).matches(row, context)
