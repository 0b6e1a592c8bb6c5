"""Which column of a customer file is which field: recognised by its heading, or said by a mapping file."""

from __future__ import annotations

import re
import tomllib
from collections import abc
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import cast

from core.customers.fields import FIELD_BY_ATTRIBUTE, FIELDS
from core.errors import UnreadableInput
from core.locale import Message, _, n_
from core.text import folded, printable, shortened, visible

IGNORED = ""
"""What a mapping file says of a column that is left out on purpose."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_NEAR = 0.7
_SHOWN_AT_MOST = 40
_SEPARATORS_BY_NAME = {"tab": "\t", "semicolon": ";", "comma": ",", "pipe": "|"}
_FURTHER_HEADINGS = {
    "number": ("Kundennr", "Kunden-Nr.", "Kd-Nr.", "KdNr", "Customer no", "Customer ID"),
    "old_number": ("Alte Kundennummer", "Altkundennr", "Alt-Kundennr.", "Previous customer number"),
    "vema_number": ("VEMA-Kundennr.", "VEMA-Nummer", "VEMA-Nr.", "VEMA number"),
    "adviser": ("Berater", "Betreuerkürzel", "Advisor"),
    "kind": ("Kundenart (P/F)", "Customer kind", "Customer type"),
    "first_name": ("Vornamen", "Given name", "Forename"),
    "last_name": ("Familienname", "Zuname", "Surname", "Family name"),
    "company": ("Firmenname", "Unternehmen", "Company name"),
    "street": ("Straßenname", "Str."),
    "house_number": ("Hausnr.", "Haus-Nr.", "HNr.", "House no"),
    "postcode": ("Postleitzahl", "Postal code", "Zip", "Zip code"),
    "town": ("Wohnort", "Stadt", "City"),
    "birthdate": ("Geburtstag", "Geb.-Datum", "geb. am", "Date of birth"),
    "bic": ("BIC/SWIFT", "SWIFT"),
    "email": ("E-Mail-Adresse", "Mail", "Mailadresse", "E-mail address"),
    "phone": ("Telefonnummer", "Tel.", "Festnetz", "Telephone", "Phone number"),
    "mobile": ("Mobiltelefon", "Mobilnummer", "Handy", "Handynummer", "Mobile phone", "Mobile number"),
}


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a mapping file says (docs/formats/mapping.md) of how a file is to be read."""

    columns: abc.Mapping[str, str] = field(default_factory=dict[str, str])
    """Attribute by heading; IGNORED for a column that is left out."""
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    protected: bool = True
    """Whether CSV has an apostrophe before what would act as a formula, which is none of the text."""


@dataclass(frozen=True)
class ColumnMap:
    """Where in a row the fields stand. A field without a column is not in `positions`."""

    positions: abc.Mapping[str, int]
    """Position by attribute, from 0."""
    unknown: tuple[str, ...] = ()
    """Headings that nothing is known of; their columns are not read."""

    def text_of(self, cells: abc.Sequence[str]) -> dict[str, str]:
        """The text of every field that has a column, by attribute."""
        return {attribute: cells[position] for attribute, position in self._items}

    @cached_property
    def _items(self) -> tuple[tuple[str, int], ...]:
        return tuple(self.positions.items())

    def notes(self) -> tuple[Message, ...]:
        """What an operator should know of columns that are not read."""
        return tuple(_unread(heading) for heading in self.unknown)


def recognise(columns: abc.Sequence[str], mapping: Mapping, name: str, *, sparse: bool = False) -> ColumnMap:
    """Which field stands in which column of the file called `name`.

    What the mapping says goes before what headings say of themselves. Raises UnreadableInput where there is
    no customer number, where two columns claim one field, or where the mapping names a column that is not
    there (unless `sparse`: in XML a field that no record has leaves no trace).
    """
    said = _by_mapping(columns, mapping, name, sparse)
    claims: dict[str, list[int]] = {}
    unknown: list[str] = []
    for position, heading in enumerate(columns):
        recognised = _KNOWN.get(plain(heading))
        attribute = said.get(position, None if recognised in said.values() else recognised)
        if attribute is None:
            unknown.append(heading)
        elif attribute != IGNORED:
            claims.setdefault(attribute, []).append(position)
    _refuse_second_claims(claims, columns, name)
    if "number" not in claims:
        raise _without_number(columns, name)
    return ColumnMap({attribute: positions[0] for attribute, positions in claims.items()}, tuple(unknown))


def attribute_of(name: str) -> str | None:
    """The field of this name: attribute, German or English heading, or another one that is recognised."""
    return _KNOWN.get(plain(name))


def plain(heading: str) -> str:
    """A heading as it is compared: small letters and digits only, umlauts and ß spelled out."""
    return _NEITHER_LETTER_NOR_DIGIT.sub("", folded(heading).translate(_UMLAUTS))


def parse_mapping(text: str, name: str) -> Mapping:
    """Reads a mapping file; nothing at all is a mapping that says nothing. Raises UnreadableInput."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unusable(name, _("It is no TOML: {error}", error=printable(str(error)))) from error
    _refuse_unknown_keys(said, ("columns", "csv", "sheet"), name)
    csv = _section(said, "csv", name)
    _refuse_unknown_keys(csv, ("encoding", "separator", "protected"), name)
    separator = _text(csv, "separator", name)
    return Mapping(
        columns={
            heading: _attribute(heading, said, name)
            for heading, said in _section(said, "columns", name).items()
        },
        encoding=_text(csv, "encoding", name),
        separator=_SEPARATORS_BY_NAME.get(separator.casefold(), separator) if separator else None,
        sheet=_text(said, "sheet", name),
        protected=_truth(csv, "protected", name, default=True),
    )


def _by_mapping(columns: abc.Sequence[str], mapping: Mapping, name: str, sparse: bool) -> dict[int, str]:
    said: dict[int, str] = {}
    missing: list[str] = []
    for heading, attribute in mapping.columns.items():
        position = _position(columns, heading)
        if position is None:
            missing.append(visible(heading))
        else:
            said[position] = attribute
    if missing and not sparse:
        reason = n_(
            "The mapping names the column {names}, which is not in the file. Found: {columns}.",
            "The mapping names the columns {names}, which are not in the file. Found: {columns}.",
            len(missing),
            names=tuple(missing),
            columns=_shown(columns),
        )
        raise UnreadableInput(name, reason)
    return said


def _position(columns: abc.Sequence[str], heading: str) -> int | None:
    if heading in columns:
        return columns.index(heading)
    wanted = plain(heading)
    return next(
        (position for position, column in enumerate(columns) if wanted and plain(column) == wanted), None
    )


def _refuse_second_claims(claims: abc.Mapping[str, list[int]], columns: abc.Sequence[str], name: str) -> None:
    for attribute, positions in claims.items():
        if len(positions) > 1:
            reason = _(
                "Several columns are the field {field}: {columns}. Let a mapping file say which one it is.",
                field=FIELD_BY_ATTRIBUTE[attribute].label,
                columns=_shown([columns[position] for position in positions]),
            )
            raise UnreadableInput(name, reason)


def _without_number(columns: abc.Sequence[str], name: str) -> UnreadableInput:
    near = [column for column in columns if "number" in _nearest(column)]
    if near:
        reason = _(
            "No column holds the customer number. Found: {columns}. Is it {nearest}? "
            "A mapping file can say so.",
            columns=_shown(columns),
            nearest=_shown(near),
        )
    else:
        reason = _(
            "No column holds the customer number. Found: {columns}. It is recognised as {known}; "
            "a mapping file can say which one it is.",
            columns=_shown(columns),
            known=(FIELD_BY_ATTRIBUTE["number"].german, FIELD_BY_ATTRIBUTE["number"].english),
        )
    return UnreadableInput(name, reason)


def _nearest(heading: str) -> list[str]:
    """The attributes whose headings are most like this one, best first."""
    return [_KNOWN[match] for match in get_close_matches(plain(heading), _KNOWN, n=3, cutoff=_NEAR)]


def _unread(heading: str) -> Message:
    if not heading.strip():
        return _("A column without a heading is not read.")
    nearest = _nearest(heading)
    if not nearest:
        return _("The column {column} is not known and not read.", column=_shown([heading]))
    return _(
        "The column {column} is not known and not read. Is it {field}? A mapping file can say so.",
        column=_shown([heading]),
        field=FIELD_BY_ATTRIBUTE[nearest[0]].label,
    )


def _shown(headings: abc.Sequence[str]) -> tuple[str, ...]:
    return tuple(shortened(visible(heading), _SHOWN_AT_MOST) for heading in headings[:_SHOWN_AT_MOST])


def _attribute(heading: str, said: object, name: str) -> str:
    """The field that a mapping means: by attribute, German or English heading."""
    if not isinstance(said, str):
        raise _unusable(name, _("What the column {column} is must be a text.", column=visible(heading)))
    if said == IGNORED:
        return IGNORED
    attribute = _KNOWN.get(plain(said))
    if attribute is None:
        nearest = _nearest(said) or list(FIELD_BY_ATTRIBUTE)
        reason = _(
            "There is no field {field} (for the column {column}). Possible: {known}.",
            field=visible(said),
            column=visible(heading),
            known=tuple(nearest),
        )
        raise _unusable(name, reason)
    return attribute


def _section(said: abc.Mapping[str, object], key: str, name: str) -> abc.Mapping[str, object]:
    section = said.get(key, {})
    if not isinstance(section, dict):
        raise _unusable(name, _("[{section}] must be a section.", section=key))
    return cast(dict[str, object], section)


def _text(said: abc.Mapping[str, object], key: str, name: str) -> str | None:
    value = said.get(key)
    if value is not None and not (isinstance(value, str) and value):
        raise _unusable(name, _("{key} must be a text.", key=key))
    return value


def _truth(said: abc.Mapping[str, object], key: str, name: str, *, default: bool) -> bool:
    value = said.get(key, default)
    if not isinstance(value, bool):
        raise _unusable(name, _("{key} must be true or false.", key=key))
    return value


def _refuse_unknown_keys(said: abc.Mapping[str, object], known: tuple[str, ...], name: str) -> None:
    for key in said:
        if key not in known:
            reason = _("{key} is not known here. Possible: {known}.", key=visible(key), known=known)
            raise _unusable(name, reason)


def _unusable(name: str, reason: Message) -> UnreadableInput:
    return UnreadableInput(name, _("The mapping cannot be used. {reason}", reason=reason))


def _known_headings() -> abc.Iterator[tuple[str, str]]:
    for one in FIELDS:
        for heading in (one.attribute, one.german, one.english, *_FURTHER_HEADINGS.get(one.attribute, ())):
            yield plain(heading), one.attribute


_KNOWN: abc.Mapping[str, str] = dict(_known_headings())
"""Attribute by every heading that is recognised, as it is compared."""
