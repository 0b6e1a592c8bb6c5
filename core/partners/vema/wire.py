"""VEMA's XML: fields to bytes, bytes to an answer. Pure: same fields, same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.customers.fields import FIELD_BY_ATTRIBUTE
from core.errors import Inapplicable
from core.locale import _
from core.partners.vema.profile import AnswerForm, XmlForm
from core.partners.xml import (
    LARGEST,
    Element,
    Unreadable,
    add_child,
    as_bytes,
    first_unwritable,
    local_name,
    new_root,
    parse_untrusted,
)
from core.text import printable, shortened, visible

_LONGEST_REFERENCE = 100
_LONGEST_MESSAGE = 500


class Unwritable(Inapplicable):
    """A field holds a character that XML cannot carry; `field` is its attribute."""

    def __init__(self, field: str, text: str, character: str) -> None:
        super().__init__(
            _(
                "The field {field} holds a character that cannot be transmitted ({character}): {text}",
                field=FIELD_BY_ATTRIBUTE[field].label if field in FIELD_BY_ATTRIBUTE else field,
                character=f"U+{ord(character):04X}",
                text=visible(shortened(text, 80)),
            )
        )
        self.field = field
        self.character = character


@dataclass(frozen=True, slots=True)
class Answer:
    """What a partner's answer says; its texts are fit for a screen. `created` None: it says nothing."""

    says: str
    reference: str = ""
    created: bool | None = None
    message: str = ""


def compose(form: XmlForm, fields: Mapping[str, str]) -> bytes:
    """The body of a hand-over, in the profile's order. Raises Unwritable.

    A field that is not in `fields` is left out; an empty one is written empty, so that it is empty there too.
    A field that the profile has no place for is not transmitted.
    """
    for name, text in fields.items():
        character = first_unwritable(text)
        if character is not None:
            raise Unwritable(name, text, character)
    root = new_root(form.namespace, form.root)
    for name, written in form.attributes.items():
        if name in fields:
            root.set(written, fields[name])
    for name, written in form.elements.items():
        if name in fields:
            add_child(root, f"{{{form.namespace}}}{written}", fields[name])
    return as_bytes(root)


def decompose(form: XmlForm, body: bytes) -> dict[str, str]:
    """The fields of a body that `compose` wrote: a payload as it was sent. Raises Unreadable."""
    root = parse_untrusted(body)
    if root.tag != f"{{{form.namespace}}}{form.root}":
        raise Unreadable(f"is no {form.root}")
    present = set(root.keys())
    fields = {name: root.get(written, "") for name, written in form.attributes.items() if written in present}
    for name, written in form.elements.items():
        element = root.find(f"{{{form.namespace}}}{written}")
        if element is not None:
            fields[name] = element.text or ""
    return fields


def read_answer(form: AnswerForm, body: bytes, largest: int = LARGEST) -> Answer:
    """What an answer says, in whatever namespace. Raises Unreadable."""
    root = parse_untrusted(body, largest)
    if local_name(root) != form.root:
        raise Unreadable(f"is <{shortened(printable(local_name(root)), 40)}>, not <{form.root}>")
    if form.says not in root.keys():  # noqa: SIM118 (an element, not a mapping)
        raise Unreadable(f"has no attribute {form.says}")
    return Answer(
        says=_told(root.get(form.says, ""), _LONGEST_REFERENCE),
        reference=_reference(root.get(form.reference, "").strip()) if form.reference else "",
        created=_created(form, root),
        message=_told(_sentence(form, root), _LONGEST_MESSAGE),
    )


def _created(form: AnswerForm, root: Element) -> bool | None:
    told = root.get(form.created, "") if form.created else ""
    return {form.created_yes: True, form.created_no: False}.get(told) if told else None


def _sentence(form: AnswerForm, root: Element) -> str:
    if not form.message:
        return ""
    said = ("".join(element.itertext()) for element in root.iter(f"{{*}}{form.message}"))
    return " ".join(part.strip() for part in said if part.strip())


def _reference(text: str) -> str:
    # A number that we would have to mend before use is none: it goes back to the partner as it is.
    return text if text.isprintable() and len(text) <= _LONGEST_REFERENCE else ""


def _told(text: str, longest: int) -> str:
    return shortened(printable(text).strip(), longest)
