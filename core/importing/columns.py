"""Which column of a table is which field: recognised by its heading, or said by a mapping file.

An area says which fields its records have (`Headings`); everything else is alike for all of them.
"""

from __future__ import annotations

import re
import tomllib
from collections import abc
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import cast

from core.errors import UnreadableInput
from core.importing.field import FieldName
from core.locale import Message, _, n_
from core.text import folded, printable, shortened, visible

IGNORED = ""
"""What a mapping file says of a column that is left out on purpose."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")
_NEAR = 0.7
_SHOWN_AT_MOST = 40
_SEPARATORS_BY_NAME = {"tab": "\t", "semicolon": ";", "comma": ",", "pipe": "|"}


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
    unread: tuple[Message, ...] = field(default=(), compare=False)

    def text_of(self, cells: abc.Sequence[str]) -> dict[str, str]:
        """The text of every field that has a column, by attribute."""
        return {attribute: cells[position] for attribute, position in self._items}

    @cached_property
    def _items(self) -> tuple[tuple[str, int], ...]:
        return tuple(self.positions.items())

    def notes(self) -> tuple[Message, ...]:
        """What an operator should know of columns that are not read."""
        return self.unread


@dataclass(frozen=True)
class Headings:
    """The fields that the records of an area have, under which headings tables hold them."""

    fields: tuple[FieldName, ...]
    key: tuple[str, ...]
    """The attributes without whose columns a table is none of such records."""
    further: abc.Mapping[str, tuple[str, ...]]
    """By attribute: headings that are recognised beside the German and the English one."""

    def recognise(
        self, columns: abc.Sequence[str], mapping: Mapping, name: str, *, sparse: bool = False
    ) -> ColumnMap:
        """Which field stands in which column of the file called `name`.

        What the mapping says goes before what headings say of themselves. Raises UnreadableInput where there
        is no column for a key field, where two columns claim one field, or where the mapping names a column
        that is not there (unless `sparse`: in XML a field that no record has leaves no trace).
        """
        said = _by_mapping(columns, mapping, name, sparse)
        claims: dict[str, list[int]] = {}
        unknown: list[str] = []
        for position, heading in enumerate(columns):
            recognised = self._known.get(plain(heading))
            attribute = said.get(position, None if recognised in said.values() else recognised)
            if attribute is None:
                unknown.append(heading)
            elif attribute != IGNORED:
                claims.setdefault(attribute, []).append(position)
        self._refuse_second_claims(claims, columns, name)
        for key in self.key:
            if key not in claims:
                raise self._without(key, columns, name)
        found = {attribute: positions[0] for attribute, positions in claims.items()}
        return ColumnMap(found, tuple(unknown), tuple(map(self._unread, unknown)))

    def attribute_of(self, name: str) -> str | None:
        """The field of this name: attribute, German or English heading, or another one that is recognised."""
        return self._known.get(plain(name))

    def parse_mapping(self, text: str, name: str) -> Mapping:
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
                heading: self._attribute(heading, said, name)
                for heading, said in _section(said, "columns", name).items()
            },
            encoding=_text(csv, "encoding", name),
            separator=_SEPARATORS_BY_NAME.get(separator.casefold(), separator) if separator else None,
            sheet=_text(said, "sheet", name),
            protected=_truth(csv, "protected", name, default=True),
        )

    def _refuse_second_claims(
        self, claims: abc.Mapping[str, list[int]], columns: abc.Sequence[str], name: str
    ) -> None:
        for attribute, positions in claims.items():
            if len(positions) > 1:
                reason = _(
                    "Several columns are the field {field}: {columns}. "
                    "Let a mapping file say which one it is.",
                    field=self._fields[attribute].label,
                    columns=_shown([columns[position] for position in positions]),
                )
                raise UnreadableInput(name, reason)

    def _without(self, key: str, columns: abc.Sequence[str], name: str) -> UnreadableInput:
        wanted = self._fields[key]
        near = [column for column in columns if key in self._nearest(column)]
        if near:
            reason = _(
                "No column holds the field {field}. Found: {columns}. Is it {nearest}? "
                "A mapping file can say so.",
                field=wanted.label,
                columns=_shown(columns),
                nearest=_shown(near),
            )
        else:
            reason = _(
                "No column holds the field {field}. Found: {columns}. It is recognised as {known}; "
                "a mapping file can say which one it is.",
                field=wanted.label,
                columns=_shown(columns),
                known=(wanted.german, wanted.english),
            )
        return UnreadableInput(name, reason)

    def _nearest(self, heading: str) -> list[str]:
        """The attributes whose headings are most like this one, best first."""
        return [
            self._known[match] for match in get_close_matches(plain(heading), self._known, n=3, cutoff=_NEAR)
        ]

    def _unread(self, heading: str) -> Message:
        if not heading.strip():
            return _("A column without a heading is not read.")
        nearest = self._nearest(heading)
        if not nearest:
            return _("The column {column} is not known and not read.", column=_shown([heading]))
        return _(
            "The column {column} is not known and not read. Is it {field}? A mapping file can say so.",
            column=_shown([heading]),
            field=self._fields[nearest[0]].label,
        )

    def _attribute(self, heading: str, said: object, name: str) -> str:
        """The field that a mapping means: by attribute, German or English heading."""
        if not isinstance(said, str):
            raise _unusable(name, _("What the column {column} is must be a text.", column=visible(heading)))
        if said == IGNORED:
            return IGNORED
        attribute = self._known.get(plain(said))
        if attribute is None:
            nearest = self._nearest(said) or list(self._fields)
            reason = _(
                "There is no field {field} (for the column {column}). Possible: {known}.",
                field=visible(said),
                column=visible(heading),
                known=tuple(nearest),
            )
            raise _unusable(name, reason)
        return attribute

    def spellings(self) -> abc.Iterator[tuple[str, str]]:
        """Every heading that is recognised, as it is compared, with its attribute."""
        for one in self.fields:
            for heading in (one.attribute, one.german, one.english, *self.further.get(one.attribute, ())):
                yield plain(heading), one.attribute

    @cached_property
    def _known(self) -> abc.Mapping[str, str]:
        return dict(self.spellings())

    @cached_property
    def _fields(self) -> abc.Mapping[str, FieldName]:
        return {one.attribute: one for one in self.fields}


def plain(heading: str) -> str:
    """A heading as it is compared: small letters and digits only, umlauts and ß spelled out."""
    return _NEITHER_LETTER_NOR_DIGIT.sub("", folded(heading).translate(_UMLAUTS))


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


def _shown(headings: abc.Sequence[str]) -> tuple[str, ...]:
    return tuple(shortened(visible(heading), _SHOWN_AT_MOST) for heading in headings[:_SHOWN_AT_MOST])


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
