"""A field of a record, as tables and operators call it."""

from __future__ import annotations

from dataclasses import dataclass

from core.locale import Message


@dataclass(frozen=True, slots=True)
class FieldName:
    """A field's attribute, its German column heading, its English one, and how it is called on screen."""

    attribute: str
    german: str
    english: str
    label: Message
