"""What a detail tab says: headings, facts, tables, differences; made into styled text in one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from rich.cells import cell_len
from textual.content import Content

from core.locale import Message
from tui.shown import Shown, fitted
from tui.signs import Tone

STYLES = {
    Tone.PLAIN: "",
    Tone.GOOD: "$text-success",
    Tone.WARNING: "$text-warning",
    Tone.ERROR: "$text-error",
    Tone.DIM: "dim",
    Tone.ACCENT: "$text-accent",
    Tone.TITLE: "bold",
    Tone.KEY: "bold $text-accent",
}
LONGEST_LABEL = 24
LONGEST_TEXT = 20_000
"""Characters of a partner's answer that are shown; nobody scrolls through more."""
Said: TypeAlias = "Message | str"


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a part."""

    text: Said


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences, wrapped; line breaks in it are kept."""

    text: Said
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; one without value is left out unless `always`."""

    label: Said
    value: object
    tone: Tone = Tone.PLAIN
    always: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One field before and after; equal ones are shown once."""

    label: Said
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table; the last column takes what is left."""

    headings: Sequence[Said]
    rows: Sequence[Sequence[object]]


Block: TypeAlias = Heading | Paragraph | Fact | Difference | Grid


def rendered(blocks: Iterable[Block], shown: Shown, width: int) -> Content:
    """Blocks as styled text for a detail of this width; nothing in it is read as markup."""
    listed = list(blocks)
    labels = [shown.text(one.label) for one in listed if isinstance(one, Fact | Difference)]
    label_width = min(LONGEST_LABEL, max((cell_len(label) for label in labels), default=0))
    lines: list[Content] = []
    for block in listed:
        lines += _lines(block, shown, width, label_width, is_first=not lines)
    return Content("\n").join(lines)


def _lines(block: Block, shown: Shown, width: int, label_width: int, *, is_first: bool) -> Iterator[Content]:
    match block:
        case Heading(text):
            if not is_first:
                yield Content("")
            yield _styled(shown.text(text), Tone.TITLE)
        case Paragraph(text, tone):
            raw = shown.say(text) if isinstance(text, Message) else text
            for line in raw[:LONGEST_TEXT].split("\n"):
                yield _styled(shown.text(line), tone)
        case Fact(label, value, tone, always):
            text = _spoken(value, shown)
            if text or always:
                yield _labelled(shown.text(label), label_width, _styled(text, tone))
        case Difference():
            yield from _difference(block, shown, label_width)
        case Grid(headings, rows):
            yield from _grid(headings, rows, shown, width)


def _spoken(value: object, shown: Shown) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(shown.text(part) for part in cast("list[object]", value))
    return shown.text(value)


def _styled(text: str, tone: Tone) -> Content:
    return Content.styled(text, STYLES[tone]) if STYLES[tone] else Content(text)


def _labelled(label: str, width: int, value: Content) -> Content:
    return Content.assemble((fitted(label, width), "dim"), "  ", value)


def _difference(block: Difference, shown: Shown, label_width: int) -> Iterator[Content]:
    label = shown.text(block.label)
    if block.before == block.after:
        yield _labelled(label, label_width, _styled(shown.text(block.before), Tone.DIM))
        return
    yield _labelled(label, label_width, _styled("- " + shown.text(block.before), Tone.ERROR))
    yield _labelled("", label_width, _styled("+ " + shown.text(block.after), Tone.GOOD))


def _grid(
    headings: Sequence[Said], rows: Sequence[Sequence[object]], shown: Shown, width: int
) -> Iterator[Content]:
    said = [[_spoken(cell, shown) for cell in row] for row in rows]
    titles = [shown.text(one) for one in headings]
    widths = [
        max((cell_len(row[at]) for row in [titles, *said] if at < len(row)), default=0)
        for at in range(len(titles))
    ]
    widths = _narrowed(widths, width)
    yield _styled("  ".join(map(fitted, titles, widths)).rstrip(), Tone.DIM)
    for row in said:
        yield Content("  ".join(map(fitted, row, widths)).rstrip())


def _narrowed(widths: list[int], width: int) -> list[int]:
    """The widest columns give way until all fit."""
    room = max(len(widths) * 3, width - 2 * (len(widths) - 1))
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        others = sum(widths) - widths[widest]
        second = max((one for at, one in enumerate(widths) if at != widest), default=0)
        widths[widest] = max(3, min(widths[widest] - 1, max(second - 1, room - others)))
        if max(widths) <= 3:
            break
    return widths
