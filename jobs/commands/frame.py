"""What every command shares: the office it opens, who calls, how it speaks, asks and prints."""

from __future__ import annotations

import getpass
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from core.errors import NotAllowed, WrongUsage
from core.locale import LANGUAGES, Message, Say, _, translator
from core.text import printable
from jobs.commands import printing
from jobs.commands.printing import Listing

if TYPE_CHECKING:
    from core.office import Office

FORMATS = ("table", "json", "csv")
TABLE_LIMIT = 1000
"""Rows of a table unless --limit says otherwise; who wants all of them wants JSON or CSV."""
_LANGUAGE_SETTING = re.compile(r"""^[ \t]*language[ \t]*=[ \t]*["'](\w+)["']""", re.MULTILINE)
_YES = frozenset({"j", "ja", "y", "yes"})

OpenConsole = Callable[["Frame"], int]


@dataclass
class Call:
    """One call of the program: how to speak, the console's door, and the options before the command."""

    say: Say
    open_console: OpenConsole | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass
class Frame:
    """What a command is given: where the office is, who calls, how to speak and print."""

    home: Path
    operator: str
    say: Say
    language: str
    format: str
    format_was_said: bool = False
    zone: str = "Europe/Berlin"

    @staticmethod
    def of(call: Call, home: Path | None, lang: str | None, operator: str | None, format_: str) -> Frame:
        """From options after the command, before it, or from the environment; the first that is there."""
        chosen = _path(home or call.options.get("home") or os.environ.get("LEITSTAND_HOME")) or default_home()
        language = lang_of(lang or call.options.get("lang"), os.environ, chosen)
        fixed = call.options.get("operator")
        if fixed and operator not in (None, fixed):
            raise NotAllowed(_("This access belongs to {operator}.", operator=fixed))
        who = operator or fixed or os.environ.get("LEITSTAND_OPERATOR") or login_name()
        return Frame(chosen, who, translator(language), language, format_)

    def office(self) -> _Opened:
        """The office, for a `with` statement. Raises NoOffice, DatabaseUnavailable, UnreadableInput."""
        return _Opened(self)

    def list(self, listing: Listing[Any], items: Iterable[Any], limit: int | None = None) -> int:
        """Prints a listing on stdout as --format says; answers how many rows it had."""
        if self.format == "json":
            return printing.write_json(listing, _first(items, limit), self.say)
        if self.format == "csv":
            return printing.write_csv_listing(listing, _first(items, limit), self.text)
        most = TABLE_LIMIT if limit is None else limit
        rest = iter(items)
        shown = printing.write_table(listing, _first(rest, most), self.text)
        if limit is None and next(rest, None) is not None:
            self.tell(_("Only the first {count} are shown; --limit, --where or --format json.", count=most))
        return shown

    def table_of(self, listing: Listing[Any], items: Sequence[Any]) -> None:
        """Prints a listing as a table on stdout, as a part of something longer."""
        printing.write_table(listing, items, self.text)

    def table(self, headings: Sequence[Message], rows: Sequence[Sequence[object]]) -> None:
        """Prints a small table on stdout, as a part of something longer."""
        printing.write_rows([headings, *rows], self.text)

    def rows(self, rows: Sequence[Sequence[object]]) -> None:
        """Prints cells side by side on stdout, without a heading."""
        printing.write_rows(rows, self.text)

    def facts(self, facts: Sequence[tuple[Message, object]]) -> None:
        """Prints what is said of one thing, a line each; what is empty is left out."""
        said = [(self.text(label), self.text(value)) for label, value in facts]
        printing.write_facts([(label, text) for label, text in said if text])

    def heading(self, message: Message) -> None:
        """Prints a heading between parts."""
        click.echo(f"\n{self.text(message)}")

    def json(self, value: object) -> None:
        """Prints machine output on stdout."""
        click.echo(printing.as_json(value, self.say))

    def print(self, message: Message) -> None:
        """Prints a sentence that is what was asked for: on stdout."""
        click.echo(self.text(message))

    def tell(self, message: Message) -> None:
        """Says something that is no data: on stderr."""
        click.echo(printing.lines(self.say(message)), err=True)

    def text(self, value: object) -> str:
        """A value as it may stand on a terminal: translated, without control characters, on one line."""
        return printable(printing.spoken(value, self.say, self.zone))

    def confirm(self, question: Message, *, yes: bool) -> bool:
        """Asks on stderr; `yes` answers. Raises WrongUsage where nobody can be asked."""
        if yes:
            return True
        if not is_terminal():
            raise WrongUsage(_("{question} Nobody can be asked here: say --yes.", question=question))
        click.echo(f"{self.text(question)} {self.say(_('[y/N]'))} ", err=True, nl=False)
        answer = sys.stdin.readline()
        if not answer:
            raise click.Abort
        return answer.strip().casefold() in _YES

    def progress(self, label: Message) -> Callable[[int, int], bool]:
        """What tells (done, of all) on stderr while somebody is watching; it always answers: go on."""
        return printing.Progress(self.text(label))


class _Opened(AbstractContextManager["Office"]):
    """Opens and closes the office around a command."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def __enter__(self) -> Office:
        from core.opening import open_office

        self.opened = open_office(self.frame.home, os.environ, operator=self.frame.operator)
        self.frame.zone = self.opened.settings.time_zone
        return self.opened

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.opened.store.close()


def _first(items: Iterable[Any], limit: int | None) -> Iterable[Any]:
    if limit is None:
        return items
    from itertools import islice

    return islice(items, limit)


def _path(value: Path | str | None) -> Path | None:
    return Path(value) if value else None


def default_home() -> Path:
    """Where an office is when nobody says: the user's data folder."""
    from platformdirs import user_data_path

    return user_data_path("leitstand")


def login_name() -> str:
    """Who is logged in; in a container the number may have no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid{os.getuid()}"


def lang_of(wanted: str | None, variables: Mapping[str, str], home: Path | None = None) -> str:
    """German unless English is asked for: by option, variable, leitstand.toml, or the locale.

    Raises WrongUsage where another language is asked for; a locale is only taken as a hint.
    """
    if wanted:
        return language_named(wanted, "--lang")
    if variables.get("LEITSTAND_LANG"):
        return language_named(variables["LEITSTAND_LANG"], "LEITSTAND_LANG")
    if set_there := _language_in(home):
        return language_named(set_there, "language")
    return _language_of_locale(variables)


def language_named(text: str, where: str) -> str:
    """One of the languages, "de" or "en", also with a region ("en_GB"). Raises WrongUsage naming `where`."""
    language = re.split("[-_.@]", text.lower(), maxsplit=1)[0]
    if language not in LANGUAGES:
        reason = _("“{value}” is none of {known}", value=text, known=LANGUAGES)
        raise WrongUsage(_("{option}: {reason}.", option=where, reason=reason))
    return language


def _language_of_locale(variables: Mapping[str, str]) -> str:
    locale = variables.get("LC_ALL") or variables.get("LC_MESSAGES") or variables.get("LANG") or ""
    return "en" if locale.lower().startswith("en") else "de"


def _language_in(home: Path | None) -> str | None:
    """What leitstand.toml says, read with half an eye: a faulty file is reported on opening."""
    if home is None:
        return None
    try:
        found = _LANGUAGE_SETTING.search((home / "leitstand.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return found[1] if found else None


def language_of(arguments: Sequence[str], variables: Mapping[str, str] = os.environ) -> Say:
    """How to say what happens before, or instead of, a command."""
    wanted = home = None
    for position, argument in enumerate(arguments):
        following = arguments[position + 1] if position + 1 < len(arguments) else None
        name, equals, value = argument.partition("=")
        if name == "--lang":
            wanted = value if equals else following
        elif name == "--home":
            home = value if equals else following
    folder = _path(home or variables.get("LEITSTAND_HOME"))
    # That a language is none is said when the command is called; until then another one has to do.
    for asked in (wanted, None):
        with suppress(WrongUsage):
            return translator(lang_of(asked, variables, folder))
    return translator(_language_of_locale(variables))


def is_terminal() -> bool:
    """Whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()
