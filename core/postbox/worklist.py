"""Documents as a worklist: what lists show of them, by what they sort, grouped by category or sender."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from core.postbox.listing import slim, views_of
from core.postbox.permission import without_commission
from core.postbox.record import Document
from core.postbox.vocabulary import DocumentView, document_vocabulary
from core.rulebook.condition import Vocabulary
from core.rulebook.worklist import Group
from core.store.statements import execute, table_of


class DocumentWorklist:
    """The post. Whoever may not see commission statements gets a list without (`sees_commission` False).

    `grouping` is "category" or "sender".
    """

    model = Document
    NOT_FOR_ALL = "NOT is:commission"
    """What has to be added to the condition of those who may not see commission statements."""

    def __init__(self, *, sees_commission: bool = False, grouping: str = "category") -> None:
        self.sees_commission, self.grouping = sees_commission, grouping

    @property
    def vocabulary(self) -> Vocabulary:
        """What conditions can say of documents."""
        return document_vocabulary()

    @property
    def sorts(self) -> Mapping[str, sa.ColumnElement[Any]]:
        """By when it came, state, sender, category, deadline and confidence."""
        document = table_of(Document).c
        return {
            "age": document.stored_at,
            "state": document.state,
            "sender": sa.func.coalesce(sa.func.nullif(document.sender_name_folded, ""), document.sender),
            "category": document.category,
            "deadline": document.deadline,
            "confidence": document.confidence,
        }

    def quick(self, text: str) -> str:
        """Whose title, file, contract, sender or customer holds it."""
        from core.rulebook.condition.spelling import written_pattern

        holds = written_pattern(("", text, ""))
        fields = ("title", "file", "contract", "insurer", "customer", "name")
        return " OR ".join(f"{name}:{holds}" for name in fields)

    def judged(self, session: Session, ids: Sequence[int]) -> Iterable[tuple[int, DocumentView]]:
        """The documents as conditions see them; the text of each is read where one asks for it."""
        return self.rows(session, ids).items()

    def rows(self, session: Session, ids: Sequence[int]) -> Mapping[int, DocumentView]:
        """The documents without their text."""
        query = slim().where(col(Document.id).in_(ids))
        if not self.sees_commission:
            query = query.where(without_commission())
        return {view.document.id or 0: view for view in views_of(session, session.exec(query).all())}

    def groups(self, session: Session, ids: Sequence[int]) -> Iterable[Group]:
        """By category or by sender, as `grouping` says."""
        from core.rulebook.condition.spelling import written_pattern

        document = table_of(Document).c
        key = document.sender if self.grouping == "sender" else document.category
        query = (
            sa.select(
                key.label("key"),
                sa.func.count().label("number"),
                sa.func.min(document.stored_at).label("first"),
                sa.func.max(document.stored_at).label("last"),
            )
            .where(document.id.in_(ids))
            .group_by(key)
        )
        for row in execute(session, query):
            said = written_pattern((row.key,)) if row.key else "missing"
            yield Group(row.key, row.number, row.first, row.last, f"{self.grouping}:{said}")
