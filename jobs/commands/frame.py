"""What every command shares: --home, --lang, --operator, --format, the office it opens, how it prints."""

from __future__ import annotations

import functools
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from core.locale import Message, Say, translator
from core.text import printable

if TYPE_CHECKING:
    from core.office import Office

Rows = Iterable[Sequence[object]]


@dataclass
class Frame:
    """One call of the program: where the office is, who calls, how to speak and print."""

    home: Path
    operator: str
    say: Say
    language: str
    format: str

    def office(self) -> _Opened:
        """The office, for a `with` statement. Raises NoOffice."""
        return _Opened(self)

    def table(self, headings: Sequence[Message], rows: Rows) -> None:
        """Prints a listing on stdout: as a table, or as CSV where --format says so."""
        texts = [[self.text(cell) for cell in row] for row in rows]
        names = [self.say(heading) for heading in headings]
        if self.format == "csv":
            _print_csv(names, texts)
        else:
            _print_table(names, texts)

    def json(self, value: object) -> None:
        """Prints machine output on stdout."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))

    def text(self, value: object) -> str:
        """A value as it may stand on a terminal: translated, without control characters."""
        if value is None:
            return ""
        if isinstance(value, Message):
            return printable(self.say(value))
        return printable(str(value))

    def tell(self, message: Message) -> None:
        """Says something that is no data: on stderr."""
        click.echo(self.text(message), err=True)


class _Opened(AbstractContextManager["Office"]):
    """Opens and closes the office around a command."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def __enter__(self) -> Office:
        from core.opening import open_office

        self.opened = open_office(self.frame.home, os.environ, operator=self.frame.operator)
        return self.opened

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.opened.store.close()


FORMATS = ("table", "json", "csv")


def framed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the shared options and hands it a Frame as its first argument."""

    @click.option("--home", type=click.Path(file_okay=False, path_type=Path), envvar="LEITSTAND_HOME")
    @click.option("--lang", envvar="LEITSTAND_LANG", help="de, en")
    @click.option("--operator", envvar="LEITSTAND_OPERATOR")
    @click.option("--format", "format_", type=click.Choice(FORMATS), default="table")
    @functools.wraps(function)
    def command(
        *args: Any, home: Path | None, lang: str | None, operator: str | None, format_: str, **values: Any
    ) -> Any:
        language = lang_of(lang, os.environ)
        frame = Frame(
            home or default_home(), operator or getpass.getuser(), translator(language), language, format_
        )
        return function(frame, *args, **values)

    return command


def default_home() -> Path:
    """Where an office is when nobody says: the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("leitstand")


def lang_of(wanted: str | None, variables: Mapping[str, str]) -> str:
    """German unless English is asked for, by option or by the locale."""
    if wanted:
        return "en" if wanted.lower().startswith("en") else "de"
    locale = variables.get("LC_ALL") or variables.get("LC_MESSAGES") or variables.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else "de"


def language_of(arguments: Sequence[str], variables: Mapping[str, str]) -> Say:
    """How to say what happens before, or instead of, a command."""
    wanted = variables.get("LEITSTAND_LANG")
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            wanted = arguments[position + 1]
        elif argument.startswith("--lang="):
            wanted = argument.removeprefix("--lang=")
    return translator(lang_of(wanted, variables))


def is_terminal() -> bool:
    """Whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _print_csv(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from core.tables.write import write_csv

    write_csv(sys.stdout, names, rows)


def _print_table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    for row in (names, *rows) if rows else (names,):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
