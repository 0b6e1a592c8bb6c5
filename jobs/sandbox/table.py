"""Reads a TOML table key by key, and names the table and the key wherever something is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from core.errors import WrongUsage
from core.locale import Message, _


class Table:
    """One table; what nobody asked for is an error once `done` is called. All errors are WrongUsage."""

    def __init__(self, values: Mapping[str, object], file: str, path: str = "", number: int = 0) -> None:
        self._values = values
        self._read: set[str] = set()
        self._file = file
        self._path = path
        self._number_of = number

    @property
    def where(self) -> str:
        """File and table, as a message names them: "faults.toml: [[vema.fault]] 2"."""
        if self._number_of:
            return f"{self._file}: [[{self._path}]] {self._number_of}"
        return f"{self._file}: [{self._path}]" if self._path else self._file

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def over(self, defaults: Mapping[str, object]) -> Table:
        """The same table with values for what it does not say."""
        return Table({**defaults, **self._values}, self._file, self._path, self._number_of)

    def again(self) -> Table:
        """The same table, of which nothing was read yet."""
        return self.over({})

    def ignore(self, key: str) -> None:
        """Somebody else reads this key."""
        self._read.add(key)

    def done(self) -> None:
        """Raises where a key is left that nobody read."""
        for key in self._values:
            if key not in self._read:
                raise wrong(self, key, _("there is no such key here"))

    def text(self, key: str, default: str) -> str:
        """A text."""
        value = self._take(key, default)
        if not isinstance(value, str):
            raise wrong(self, key, _("must be a text"))
        return value

    def texts(self, key: str, default: list[str]) -> list[str]:
        """One text or several."""
        value = self._take(key, default)
        several = cast("list[object]", value) if isinstance(value, list) else [value]
        if not several or not all(isinstance(text, str) for text in several):
            raise wrong(self, key, _("must be a text or a list of texts"))
        return [str(text) for text in several]

    def choice(self, key: str, known: Iterable[str]) -> str:
        """One of the known words."""
        value = self.text(key, "")
        words = list(known)
        if value not in words:
            raise wrong(self, key, _("{value} is none of {known}", value=repr(value), known=", ".join(words)))
        return value

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise wrong(self, key, _("must be true or false"))
        return value

    def whole(self, key: str, default: int, least: int = 0) -> int:
        """A whole number, at least `least`."""
        value = self._take(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise wrong(self, key, _("must be a whole number, at least {least}", least=least))
        return value

    def number(self, key: str, default: float) -> float:
        """A number, not negative."""
        return self._number(key, self._take(key, default))

    def seconds(self, key: str) -> int | None:
        """Whole seconds, None where the key is missing."""
        return self.whole(key, 0) if key in self._values else None

    def status(self) -> int:
        """An HTTP status that is an error."""
        value = self.whole("status", 500)
        if not 400 <= value <= 599:
            raise wrong(self, "status", _("must be between 400 and 599"))
        return value

    def span(self, key: str) -> tuple[float, float]:
        """One number of seconds, or two: from, to. (0, 0) where the key is missing."""
        value = self._take(key, 0.0)
        ends = cast("list[object]", value) if isinstance(value, list) else [value, value]
        numbers = [self._number(key, end) for end in ends]
        if len(numbers) != 2 or numbers[0] > numbers[1]:
            raise wrong(self, key, _("must be seconds, or a list of the least and the most"))
        return numbers[0], numbers[1]

    def table(self, key: str) -> Table:
        """A table inside this one, empty where it is missing."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise wrong(self, key, _("must be a table"))
        return Table(cast("dict[str, object]", value), self._file, self._inside(key))

    def tables(self, key: str) -> list[Table]:
        """A list of tables inside this one."""
        value = self._take(key, [])
        rows = cast("list[object]", value) if isinstance(value, list) else [value]
        if not all(isinstance(row, dict) for row in rows):
            raise wrong(self, key, _("must be a list of tables"))
        named = enumerate(cast("list[dict[str, object]]", rows), 1)
        return [Table(row, self._file, self._inside(key), number) for number, row in named]

    def _inside(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _take(self, key: str, default: object) -> object:
        self._read.add(key)
        return self._values.get(key, default)

    def _number(self, key: str, value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e9:
            raise wrong(self, key, _("must be a number, not negative"))
        return float(value)


def wrong(table: Table, key: str, reason: Message) -> WrongUsage:
    """What says where in the file something is wrong."""
    return WrongUsage(_("{where}: “{key}”: {reason}", where=table.where, key=key, reason=reason))
