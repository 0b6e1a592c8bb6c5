"""Texts for operators: a message is made once, in English, and said later in the operator's language.

Nothing here reads the environment: who speaks which language is decided at the edge, which asks
`translator(lang)` for a `Say` and hands messages to it. A message can be stored (`dump`, `load`)
and is translated when it is shown, so a colleague with another language reads the same finding.
"""

from __future__ import annotations

import gettext as _gettext
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

DOMAIN = "leitstand"
LANGUAGES = ("de", "en")

Say = Callable[["Message"], str]


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence for an operator: English text, optional plural, values for its {placeholders}."""

    text: str
    plural: str | None = None
    count: int = 1
    values: Mapping[str, object] = field(default_factory=dict[str, object])

    def __str__(self) -> str:
        return say_in_english(self)

    def dump(self) -> str:
        """As JSON, for a database column. Values become text, whole numbers, messages or nothing."""
        return json.dumps(_to_plain(self), ensure_ascii=False, sort_keys=True)

    @staticmethod
    def load(stored: str) -> Message:
        """The message that `dump` wrote."""
        return _from_plain(json.loads(stored))


def _(text: str, /, **values: object) -> Message:
    """A message; `text` is the English sentence and the key of its translation."""
    return Message(text, values=values)


def n_(singular: str, plural: str, count: int, /, **values: object) -> Message:
    """A message with a plural form; `{count}` is among its values."""
    return Message(singular, plural, count, {"count": count, **values})


def say_in_english(message: Message) -> str:
    """The message in its own words."""
    return _render(message, _gettext.NullTranslations(), say_in_english)


@lru_cache(maxsize=len(LANGUAGES))
def translator(lang: str) -> Say:
    """What says messages in `lang` ("de" or "en"; anything else is English)."""
    if lang != "de":
        return say_in_english
    catalogue = _gettext.translation(DOMAIN, Path(__file__).parent, languages=[lang])

    def say(message: Message) -> str:
        return _render(message, catalogue, say)

    return say


def _render(message: Message, catalogue: _gettext.NullTranslations, say: Say) -> str:
    if message.plural is None:
        pattern = catalogue.gettext(message.text) if message.text else ""
    else:
        pattern = catalogue.ngettext(message.text, message.plural, message.count)
    if not message.values:
        return pattern
    return pattern.format(**{name: _spoken(value, say) for name, value in message.values.items()})


def _spoken(value: object, say: Say) -> str:
    if isinstance(value, Message):
        return say(value)
    if isinstance(value, tuple | list):
        return ", ".join(_spoken(part, say) for part in cast("list[object]", value))
    return str(value)


def _to_plain(value: object) -> object:
    if isinstance(value, Message):
        plain: dict[str, object] = {"text": value.text}
        if value.plural is not None:
            plain |= {"plural": value.plural, "count": value.count}
        if value.values:
            plain["values"] = {name: _to_plain(part) for name, part in value.values.items()}
        return plain
    if isinstance(value, tuple | list):
        return [_to_plain(part) for part in cast("list[object]", value)]
    return value if value is None or isinstance(value, int) else str(value)


def _from_plain(plain: object) -> Message:
    loaded = _value_from_plain(plain)
    if not isinstance(loaded, Message):
        raise ValueError("not a stored message")
    return loaded


def _value_from_plain(plain: object) -> object:
    if isinstance(plain, dict):
        stored = cast("dict[str, Any]", plain)
        values: dict[str, object] = stored.get("values", {})
        return Message(
            str(stored["text"]),
            stored.get("plural"),
            stored.get("count", 1),
            {name: _value_from_plain(part) for name, part in values.items()},
        )
    if isinstance(plain, list):
        return tuple(_value_from_plain(part) for part in cast("list[object]", plain))
    return plain
