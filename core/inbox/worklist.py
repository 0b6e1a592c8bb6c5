"""Arrivals as a worklist: what lists show of them, by what they sort, and how their reasons group them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from core.inbox.arrival import Arrival
from core.inbox.vocabulary import KIND, arrival_vocabulary
from core.locale import Message
from core.rulebook.condition import Vocabulary
from core.rulebook.condition.spelling import written_pattern
from core.rulebook.worklist import Group
from core.store.statements import table_of
from core.work.standing import assigned_to

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class ArrivalView:
    """An arrival as conditions see it."""

    arrival: Arrival
    assigned: str = ""
    """Who looks after it; nobody where it is empty."""

    def __getattr__(self, name: str) -> Any:
        """The arrival's own."""
        return getattr(self.arrival, name)


class ArrivalWorklist:
    """What came in: files, and rows of files that could not be applied."""

    model = Arrival

    @property
    def vocabulary(self) -> Vocabulary:
        """What conditions can say of arrivals."""
        return arrival_vocabulary()

    @property
    def sorts(self) -> Mapping[str, sa.ColumnElement[Any]]:
        """By file, row, state, and when it came."""
        arrival = table_of(Arrival).c
        return {
            "file": sa.func.lower(arrival.name),
            "row": arrival.position,
            "state": arrival.state,
            "age": arrival.received_at,
        }

    def quick(self, text: str) -> str:
        """Whose file's name, or whose reason, holds it."""
        holds = written_pattern(("", text, ""))
        return f"file:{holds} OR reason:{holds}"

    def judged(self, session: Session, ids: Sequence[int]) -> Iterable[tuple[int, ArrivalView]]:
        """The arrivals with who looks after them; no condition asks for what came, byte for byte."""
        assigned = assigned_to(session, KIND, ids)
        for id_, one in self.rows(session, ids).items():
            yield id_, ArrivalView(one, assigned.get(id_, ""))

    def rows(self, session: Session, ids: Sequence[int]) -> Mapping[int, Arrival]:
        """The arrivals without their bytes."""
        query = select(Arrival).where(col(Arrival.id).in_(ids))
        slim = query.options(defer(Arrival.raw, raiseload=True))  # pyright: ignore[reportArgumentType]
        return {one.id or 0: one for one in session.exec(slim)}

    def groups(self, session: Session, ids: Sequence[int]) -> Iterable[Group]:
        """By reason, whatever its values: a hundred rows with too many columns are one cause."""
        query = select(Arrival.reason, Arrival.received_at).where(col(Arrival.id).in_(ids))
        moments: dict[tuple[str, str], list[datetime]] = {}
        for reason, received in session.exec(query):
            said = Message.load(reason) if reason else Message("")
            moments.setdefault((said.text, said.plural or said.text), []).append(received)
        for forms, at in moments.items():
            yield Group(forms[0], len(at), min(at), max(at), _same_reason(*forms))


def _same_reason(*forms: str) -> str:
    """The condition that all arrivals with this reason fit, in singular or plural, whatever its values."""
    patterns = {written_pattern(tuple(_PLACEHOLDER.split(text))): None for text in forms if text}
    said = " OR ".join(f"reason:{one}" for one in patterns) or "reason:missing"
    return f"({said})" if len(patterns) > 1 else said
