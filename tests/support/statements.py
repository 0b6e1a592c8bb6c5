"""The statements that a database is asked, counted and read."""

from __future__ import annotations

from typing import Any, Self

from sqlalchemy import event

from core.store.engine import Store


class Statements:
    """Keeps the text of every statement that goes to the writing engine while it is open."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.texts: list[str] = []

    def __enter__(self) -> Self:
        event.listen(self.store.engine, "before_cursor_execute", self._keep)
        return self

    def __exit__(self, *_raised: object) -> None:
        event.remove(self.store.engine, "before_cursor_execute", self._keep)

    def _keep(self, _connection: Any, _cursor: Any, text: str, *_more: Any) -> None:
        self.texts.append(text)
