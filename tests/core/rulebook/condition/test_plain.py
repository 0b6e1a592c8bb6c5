"""The plainest conditions are read as the parser reads them, and without it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rulebook.condition.plain import read_plain
from core.rulebook.condition.syntax import read
from core.rulebook.condition.tree import Comparison, Expression, Or

WORD = st.from_regex(r"[a-z]{1,8}(-[a-z]{1,4})?", fullmatch=True).filter(lambda word: word != "missing")
NAME = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
TESTS = st.lists(st.tuples(NAME, WORD).map(":".join), min_size=1, max_size=4)


def places(expression: Expression) -> list[tuple[int, int]]:
    parts = expression.parts if isinstance(expression, Or) else (expression,)
    return [(one.position, one.value_position) for one in parts if isinstance(one, Comparison)]


@given(TESTS)
def test_the_tree_and_every_place_in_it_are_the_parsers(tests: list[str]) -> None:
    text = " OR ".join(tests)
    plain, parsed = read_plain(text), read(text)
    assert plain == parsed
    assert plain is not None
    assert places(plain) == places(parsed)


@pytest.mark.parametrize(
    "text", ["", "a", "a:missing", "a:b c:d", "a:b*", "a:1", 'a:"b"', "NOT a:b", "(a:b)", "a:B", "a:b OR "]
)
def test_everything_else_is_left_to_the_parser(text: str) -> None:
    assert read_plain(text) is None


def test_what_the_queue_opens_with_is_read_without_the_parser() -> None:
    program = (
        "import sys; from core.outbox.vocabulary import transfer_vocabulary; "
        "from core.rulebook.condition import parse; "
        "parse('is:stuck', transfer_vocabulary()); sys.exit('lark' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
