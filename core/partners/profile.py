"""A profile: what differs between providers, as data. TOML becomes dataclasses, every error names its key.

An office's own file either stands alone or begins with `extends = "<partner>"` and then names only what it
changes: tables are laid over each other, single values and lists replace what was there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from core.errors import UnreadableInput
from core.locale import Message, _

T = TypeVar("T")
Table = Mapping[str, Any]

_KINDS: Mapping[type, Message] = {
    str: _("text"),
    int: _("a whole number"),
    float: _("a number"),
    bool: _("true or false"),
}


def read_table(file: Path, shipped: Mapping[str, Path]) -> dict[str, Any]:
    """The tables of a profile file, laid over the shipped one that it `extends`. Raises UnreadableInput."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnreadableInput(str(file), _("cannot be read: {reason}", reason=reason)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableInput(str(file), _("not valid TOML: {reason}", reason=str(error))) from error
    base = table.pop("extends", None)
    if base is None:
        return table
    if base not in shipped:
        known = ", ".join(sorted(shipped))
        raise wrong(
            file, "extends", _("“{value}” is no shipped profile; there is: {known}", value=base, known=known)
        )
    return overlaid(read_table(shipped[base], {}), table)


def overlaid(below: Table, above: Table) -> dict[str, Any]:
    """Both tables as one: where both hold a table these are joined, else what is `above` counts."""
    joined = dict(below)
    for key, value in above.items():
        under = joined.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            joined[key] = overlaid(cast("Table", under), cast("Table", value))
        else:
            joined[key] = value
    return joined


def decoded(kind: type[T], table: Table, file: Path, where: str = "") -> T:
    """A dataclass from a table. Raises UnreadableInput for an unknown, missing or wrongly typed key."""
    known = {field.name: field for field in fields(cast("Any", kind))}
    for key in table:
        if key not in known:
            raise wrong(file, where + key, _("there is no such key in a profile"))
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in table:
            values[name] = _value(hints[name], table[name], file, where + name)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise wrong(file, where + name, _("is missing"))
    return kind(**values)


def wrong(file: Path, key: str, reason: Message) -> UnreadableInput:
    """The error for one key of a profile."""
    return UnreadableInput(str(file), _("key “{key}”: {reason}", key=key, reason=reason))


def _value(kind: Any, value: object, file: Path, where: str) -> Any:
    origin = get_origin(kind)
    if origin is UnionType:
        (kind,) = (part for part in get_args(kind) if part is not NoneType)
        return _value(kind, value, file, where)
    if origin is tuple:
        rows = cast("list[object]", _of_type(value, list, _("a list"), file, where))
        return tuple(_value(get_args(kind)[0], row, file, f"{where}[{at}]") for at, row in enumerate(rows, 1))
    if origin is not None:
        table = cast("Table", _of_type(value, dict, _("a table"), file, where))
        return {key: _value(get_args(kind)[1], part, file, f"{where}.{key}") for key, part in table.items()}
    return _plain_value(kind, value, file, where)


def _plain_value(kind: Any, value: object, file: Path, where: str) -> Any:
    if is_dataclass(kind):
        table = cast("Table", _of_type(value, dict, _("a table"), file, where))
        return decoded(cast("type[Any]", kind), table, file, f"{where}.")
    if issubclass(kind, StrEnum):
        return _choice(kind, value, file, where)
    if kind is float and type(value) is int:
        return float(value)
    return _of_type(value, kind, _KINDS[kind], file, where)


def _choice(kind: type[StrEnum], value: object, file: Path, where: str) -> StrEnum:
    try:
        return kind(cast("str", value))
    except ValueError as error:
        known = ", ".join(kind)
        raise wrong(
            file, where, _("“{value}” is not known; there is: {known}", value=value, known=known)
        ) from error


def _of_type(value: object, kind: type, expected: Message, file: Path, where: str) -> Any:
    if type(value) is not kind:
        raise wrong(file, where, _("must be {expected}", expected=expected))
    return value
