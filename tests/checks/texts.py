"""Every text for operators in the source: what `_` and `n_` make, and what rules say of themselves."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from core.rulebook.rule import read_documentation

MAKERS = {"_": 1, "n_": 2}
"""The functions of core.locale that make messages, and how many texts each takes."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text to be translated, and where it is said."""

    text: str
    plural: str | None
    place: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def placeholders(pattern: str) -> frozenset[str]:
    """The names in braces; raises ValueError for a brace that is not closed."""
    return frozenset(name for _text, name, _spec, _how in Formatter().parse(pattern) if name is not None)


def has_words(pattern: str) -> bool:
    """Whether anything but values and signs is said, so that there is something to translate."""
    try:
        said = "".join(text for text, *_value in Formatter().parse(pattern))
    except ValueError:
        return True
    return any(character.isalpha() for character in said)


def texts_in(files: Iterable[Path]) -> tuple[list[Text], list[Problem]]:
    """All texts of these Python files, and what is wrong with how they are made."""
    found: list[Text] = []
    problems: list[Problem] = []
    for file in files:
        for item in _File(file).items():
            if isinstance(item, Text):
                found.append(item)
            else:
                problems.append(item)
    return found, problems


class _File:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
        self.makers = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module == "core.locale"
            for alias in node.names
            if alias.name in MAKERS
        }

    def items(self) -> Iterator[Text | Problem]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.makers:
                yield from self._made(node, self.makers[node.func.id])
            elif isinstance(node, ast.FunctionDef) and any(map(_is_rule, node.decorator_list)):
                yield from self._documented(node)

    def _made(self, call: ast.Call, maker: str) -> Iterator[Text | Problem]:
        constants = [_constant(argument) for argument in call.args[: MAKERS[maker]]]
        texts = [text for text in constants if text is not None]
        if len(texts) < MAKERS[maker]:
            yield self._problem(call, f"`{maker}` takes its text as a constant, values as keywords")
            return
        yield Text(texts[0], texts[1] if maker == "n_" else None, self._place(call))
        yield from self._valued(call, texts)

    def _valued(self, call: ast.Call, texts: list[str]) -> Iterator[Problem]:
        given = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
        try:
            wanted = placeholders(" ".join(texts)) - {"count"}
        except ValueError as error:
            yield self._problem(call, f"{texts[0]!r}: {error}")
            return
        # without any value it is a pattern that is filled elsewhere, with **values nobody can tell
        if not given or len(given) < len(call.keywords):
            return
        for name in sorted(wanted - given):
            yield self._problem(call, f"{texts[0]!r} wants a value for {{{name}}}")
        for name in sorted(given - wanted - {"count"}):
            yield self._problem(call, f"{texts[0]!r} does not say {{{name}}}")

    def _documented(self, function: ast.FunctionDef) -> Iterator[Text | Problem]:
        try:
            parts = read_documentation(inspect.cleandoc(ast.get_docstring(function) or ""))
        except ValueError as error:
            yield self._problem(function, f"{function.name}: {error}")
            return
        for part in (parts.sentence, parts.why, parts.remedy):
            yield Text(part.text, None, self._place(function))
        for decorator in filter(_is_rule, function.decorator_list):
            assert isinstance(decorator, ast.Call)
            sources = (_constant(keyword.value) for keyword in decorator.keywords if keyword.arg == "source")
            yield from (Text(source, None, self._place(decorator)) for source in sources if source)

    def _place(self, node: ast.expr | ast.stmt) -> str:
        return f"{self.file}:{node.lineno}"

    def _problem(self, node: ast.expr | ast.stmt, what: str) -> Problem:
        return Problem(self._place(node), what)


def _is_rule(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "rule"
    )


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
