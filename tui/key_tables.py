"""The handbook's tables of keys, made from the verbs: `python -m tui.key_tables [de|en]` prints Markdown."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from core.locale import Message, Say, _, translator
from tui.areas import MODULES, area_of
from tui.keys import CONSOLE_VERBS, LIST_VERBS, MOVEMENTS, Verb, shown_key


def tables(say: Say) -> Iterator[str]:
    """The page, line by line."""
    yield f"# {say(_('Keys of the console'))}"
    yield ""
    yield say(_("Made from the program by `make keys`; the ids are what `[keys]` in leitstand.toml names."))
    yield from _table(say, _("Everywhere"), CONSOLE_VERBS)
    yield from _movements(say)
    yield from _table(say, _("In every list"), LIST_VERBS)
    for number in MODULES:
        area = area_of(number)
        if area.verbs:
            yield from _table(say, _("{number} {area}", number=number, area=area.label), area.verbs)


def _movements(say: Say) -> Iterator[str]:
    yield from ("", f"## {say(_('Movements'))}", "")
    yield f"| {say(_('Key to press'))} | {say(_('What'))} |"
    yield "|---|---|"
    for keys, label in MOVEMENTS:
        yield f"| {keys} | {say(label)} |"


def _table(say: Say, title: Message, verbs: Iterable[Verb]) -> Iterator[str]:
    yield from ("", f"## {say(title)}", "")
    yield f"| {say(_('Key to press'))} | {say(_('What'))} | {say(_('Binding'))} | {say(_('Meaning'))} |"
    yield "|---|---|---|---|"
    for one in verbs:
        help_ = one.declared().help if one.operation else None
        meaning = say(help_) if help_ is not None else ""
        yield f"| `{shown_key(one.key)}` | {say(one.label)} | `{one.id}` | {meaning} |"


if __name__ == "__main__":
    language = sys.argv[1] if len(sys.argv) > 1 else "de"
    sys.stdout.write("\n".join(tables(translator(language))) + "\n")
