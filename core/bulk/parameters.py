"""Parameters of operations on their way through the database: dataclass to JSON, and back as they were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from core.journal import plain

P = TypeVar("P")


def as_json(given: Any) -> dict[str, Any]:
    """Parameters as JSON can hold them. Raises TypeError for any that would not come back as they were."""
    stored, kind = plain(asdict(given)), cast("type[Any]", type(given))
    if from_json(kind, stored) != given:
        raise TypeError(f"{type(given).__name__} cannot be kept in the database")
    return stored


def from_json(kind: type[P], stored: Mapping[str, Any]) -> P:
    """The parameters that `as_json` made JSON of; what has come to them since has its default."""
    hints = get_type_hints(kind)
    names = [one.name for one in fields(kind) if one.name in stored]  # pyright: ignore[reportArgumentType]
    return kind(**{name: _typed(hints[name], stored[name]) for name in names})


def _typed(hint: Any, value: Any) -> Any:
    kind, inner = get_origin(hint) or hint, get_args(hint)
    if value is None or kind is Any:
        return value
    if kind in (Union, UnionType):
        return _typed(next(one for one in inner if one is not NoneType), value)
    if isinstance(value, list):
        parts = (_typed(inner[0] if inner else Any, one) for one in cast("list[Any]", value))
        return cast("Callable[[Any], Any]", kind if kind in (list, set, frozenset) else tuple)(parts)
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    if isinstance(kind, type) and not isinstance(value, kind):
        return kind(value)
    return value
