"""Lists that are computed whole, because they are short: what is stuck, the jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from core.rulebook.condition import TextField, Vocabulary
from core.rulebook.condition.spelling import written_pattern

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.office import Office
    from core.rulebook.condition import Condition, ConditionContext
    from core.rulebook.worklist import Worklist

Rows = Mapping[int, Any]
"""Rows by a number that stays the same for the same thing, in the order in which they are shown."""


def _text_of(row: Any) -> str:
    return str(getattr(row, "plain", row))


WORDS = Vocabulary([TextField("text", "text", _text_of)])


@dataclass(frozen=True)
class ListedWorklist:
    """A worklist without a table: `compute` gives all of its rows, each with its text in `plain`."""

    office: Office
    compute: Callable[[Session, Office], Rows]
    vocabulary: Vocabulary = WORDS
    sorts: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def quick(self, text: str) -> str:
        """What holds the word."""
        return f"text:{written_pattern(('', text, ''))}"

    def fitting(
        self, session: Session, condition: Condition | None, context: ConditionContext
    ) -> dict[int, Any]:
        """The rows that fit."""
        rows = self.compute(session, self.office)
        if condition is None:
            return dict(rows)
        return {id_: row for id_, row in rows.items() if condition.matches(row, context)}

    def rows(self, session: Session, ids: Sequence[int]) -> Rows:
        """Some of them."""
        computed = self.compute(session, self.office)
        return {id_: computed[id_] for id_ in ids if id_ in computed}


AnyWorklist: TypeAlias = "Worklist | ListedWorklist"
