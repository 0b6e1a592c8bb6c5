"""How commands are declared: with click, their help and their errors in the operator's language.

A command says what it is by Messages; they are rendered when somebody asks for help. Every command takes the
options that all share and gets a Frame as its first argument.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from core.errors import WrongUsage
from core.locale import Message, Say, _, say_in_english
from jobs.commands.frame import FORMATS, Call, Frame, language_named


class ReaderGone(Exception):
    """Who read our output went away, as `head` does; that is no error of ours."""


F = TypeVar("F", bound=Callable[..., Any])


def say_of(ctx: click.Context) -> Say:
    """How to speak in this call."""
    call = ctx.find_object(Call)
    return call.say if call else say_in_english


class Option(click.Option):
    """An option whose help is a Message."""

    def __init__(self, *arguments: Any, spoken: Message, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.spoken = spoken

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option as it is written, and what it means."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        say = say_of(ctx)
        needed = f"  [{say(_('required'))}]" if self.required else ""
        return record[0], say(self.spoken) + needed


class Command(click.Command):
    """A command whose help is a Message."""

    def __init__(self, name: str, spoken: Message, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        self.spoken = spoken

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """--help, in the operator's language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say_of(ctx)(_("Shows this help."))
        return option

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command does."""
        self.help = say_of(ctx)(self.spoken)
        super().format_help_text(ctx, formatter)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """How it is called."""
        say = say_of(ctx)
        self.options_metavar = say(_("[OPTIONS]"))
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, say(_("Usage:")) + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its options."""
        _write_options(self, ctx, formatter)


class Group(click.Group):
    """A group of commands; those that `more` makes are loaded only when one of them may be meant."""

    def __init__(
        self,
        name: str,
        spoken: Message,
        more: Callable[[], Iterable[click.Command]] | None = None,
        **attributes: Any,
    ) -> None:
        super().__init__(name, **attributes)
        self.spoken, self.more = spoken, more

    def sub(self, name: str, spoken: Message, formats: tuple[str, ...] = FORMATS) -> Callable[[F], F]:
        """Makes a command of the decorated function and takes it into the group."""

        def take(function: F) -> F:
            self.add_command(command(name, spoken, formats)(function))
            return function

        return take

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, as they were declared."""
        self._load()
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command; the further ones are loaded where it is not among the first."""
        if cmd_name not in self.commands:
            self._load()
        return self.commands.get(cmd_name)

    def _load(self) -> None:
        if self.more is not None:
            for one in self.more():
                self.add_command(one)
            self.more = None

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """--help, in the operator's language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say_of(ctx)(_("Shows this help."))
        return option

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the group is for."""
        self.help = say_of(ctx)(self.spoken)
        super().format_help_text(ctx, formatter)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """How it is called."""
        say = say_of(ctx)
        usage = say(_("[OPTIONS] COMMAND [ARGUMENTS]…"))
        formatter.write_usage(ctx.command_path, usage, say(_("Usage:")) + " ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its options and its commands."""
        _write_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with what they do."""
        say = say_of(ctx)
        self._load()
        found = [one for one in self.commands.values() if isinstance(one, Command | Group)]
        rows = [(one.name or "", say(one.spoken)) for one in found if not one.hidden]
        if rows:
            with formatter.section(say(_("Commands"))):
                formatter.write_dl(rows)


def _write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    records = [one.get_help_record(ctx) for one in command.get_params(ctx) if isinstance(one, click.Option)]
    rows = [record for record in records if record is not None]
    if rows:
        with formatter.section(say_of(ctx)(_("Options"))):
            formatter.write_dl(rows)


def option(*declarations: str, help: Message, **attributes: Any) -> Callable[[F], F]:
    """An option of a command; further attributes as click takes them."""
    return click.option(*declarations, cls=Option, spoken=help, **attributes)


def argument(*declarations: str, **attributes: Any) -> Callable[[F], F]:
    """An argument of a command, as click takes it."""
    return click.argument(*declarations, **attributes)


def command(
    name: str, spoken: Message, formats: tuple[str, ...] = FORMATS
) -> Callable[[Callable[..., Any]], Command]:
    """Makes a command of a function that takes a Frame first; `formats` are those that it can print."""

    def make(function: Callable[..., Any]) -> Command:
        own: list[click.Parameter] = list(reversed(getattr(function, "__click_params__", [])))
        return Command(name, spoken, callback=_framed(function), params=[*own, *shared_options(formats)])

    return make


def _framed(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def called(home: Path | None, lang: str | None, operator: str | None, format_: str, **values: Any) -> Any:
        ctx = click.get_current_context()
        frame = Frame.of(ctx.find_object(Call) or Call(say_in_english), home, lang, operator, format_)
        frame.format_was_said = ctx.get_parameter_source("format_") is not ParameterSource.DEFAULT
        try:
            return function(frame, **values)
        except BrokenPipeError as error:
            # click would make an exit code of its own of it
            raise ReaderGone from error

    return called


def shared_options(formats: tuple[str, ...]) -> list[Option]:
    """What every command understands."""
    return [
        Option(
            ["--home"],
            metavar="DIR",
            type=FOLDER,
            spoken=_("The office's folder; else LEITSTAND_HOME or the user's data folder."),
        ),
        Option(["--lang"], metavar="de|en", type=LANGUAGE, spoken=_("The language of all texts.")),
        Option(
            ["--operator"],
            metavar="NAME",
            spoken=_("Who calls; else LEITSTAND_OPERATOR or the log-in name."),
        ),
        Option(
            ["--format", "format_"],
            type=OneOf(formats),
            default=formats[0],
            spoken=_("How to print it; {format} unless said otherwise.", format=formats[0]),
        ),
    ]


class OneOf(click.Choice[str]):
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The word. Raises WrongUsage naming those that there are."""
        if value not in self.choices:
            known = tuple(self.choices)
            raise _wrong(param, _("“{value}” is none of {known}", value=value, known=known))
        return value


class Whole(click.ParamType[Any]):
    """A whole number, not negative."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Raises WrongUsage."""
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) < 18):
            raise _wrong(param, _("“{value}” is no whole number", value=text))
        return int(text)


class Day(click.ParamType[Any]):
    """A day: TT.MM.JJJJ or JJJJ-MM-TT."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day. Raises WrongUsage."""
        for form in ("%d.%m.%Y", "%Y-%m-%d"):
            try:
                return datetime.strptime(str(value), form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        raise _wrong(param, _("“{value}” is no day; write 31.12.2026 or 2026-12-31", value=value))


class PathName(click.ParamType[Any]):
    """A path; whether it is there and may be read is found out, and said, where it is opened."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path. Raises WrongUsage for nothing at all."""
        if not str(value):
            raise _wrong(param, _("a path is needed"))
        return Path(value)


class OutputName(PathName):
    """A path to write to; a dash is standard output, as if nothing had been said."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, None for a dash. Raises WrongUsage for nothing at all."""
        return None if str(value) == "-" else super().convert(value, param, ctx)


class Language(click.ParamType[Any]):
    """A language that the program speaks; a region behind it makes no difference."""

    name = "language"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The language. Raises WrongUsage naming those that there are."""
        return language_named(str(value), max(param.opts, key=len) if param is not None else "")


FILE = FOLDER = PathName()
OUTPUT = OutputName()
LANGUAGE = Language()


def _wrong(param: click.Parameter | None, reason: Message) -> WrongUsage:
    name = max(param.opts, key=len) if param is not None else ""
    return WrongUsage(_("{option}: {reason}.", option=name, reason=reason))


@dataclass(frozen=True, slots=True)
class Misuse:
    """What was wrong with a command line, and which help says more."""

    message: Message
    help: Message | None = None


def misuse_of(error: click.ClickException) -> Misuse:
    """What click found wrong, as an operator reads it."""
    ctx: click.Context | None = getattr(error, "ctx", None)
    hint = _("`{command} --help` says more.", command=ctx.command_path) if ctx else None
    return Misuse(_reason(error), hint)


def _reason(error: click.ClickException) -> Message:
    if isinstance(error, click.NoSuchOption):
        return _("There is no option {option} here.", option=error.option_name)
    if isinstance(error, click.MissingParameter):
        return _("{parameter} is missing.", parameter=_name_of(error.param))
    name = getattr(error, "command_name", None)
    if name is not None:
        return _("There is no command {command} here.", command=name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        return _("{option}: {reason}.", option=_name_of(error.param), reason=error.message.rstrip("."))
    return _("{text}", text=error.format_message())


def _name_of(param: click.Parameter | None) -> str:
    if param is None:
        return "?"
    return max(param.opts, key=len) if isinstance(param, click.Option) else (param.human_readable_name)
