from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from core.rulebook.condition import (
    Condition,
    ConditionContext,
    ConditionError,
    Expression,
    Not,
    Pattern,
    Regex,
    all_of,
    any_of,
    parse,
    resolve,
    suggest,
)
from core.rulebook.condition.syntax import read
from tests.core.rulebook.condition.sample import CONTEXT, VOCABULARY, Row
from tests.core.rulebook.condition.strategies import (
    any_tests,
    expressions,
    meaningful_tests,
    rows,
    texts_with_nul,
)

KEYWORDS = ["missing", "len", "AND", "OR", "NOT", "~", "!=", ">=", ">", "<", "="]
SIGNS = [":", "(", ")", '"', "\\", "*", " ", "[", "{2}", "\n", "\0"]
WORDS = ["town", "ort", "is", "age", "born", "nobody", "a", "2d", "22", "01.02.2026", "stuck"]
pieces = st.sampled_from([*KEYWORDS, *SIGNS, *WORDS])
conditions = st.text(max_size=40) | st.lists(pieces, max_size=25).map("".join)


def condition_or_error(text: str) -> Condition | ConditionError:
    try:
        return parse(text, VOCABULARY)
    except ConditionError as error:
        return error


@given(conditions)
@example("(" * 3000 + "town:a" + ")" * 3000)
@example("NOT " * 3000 + "town:a")
@example("town:~" + "(" * 900 + ")" * 900)
@example("town:~" + "(" * 450 + ")" * 450)
@example("town:~a{999999999}")
@example('town:~"(?:(?:a{1000}){1000}){1000}"')
@example("age:>999999999999w")
@example("age:>999999999w")
@example(r"town:\UFFFFFFFF")
@example("attempts:" + "9" * 5000)
@example("town:len>" + "9" * 5000)
@example("town:ok OR\ud800")
def test_every_text_is_a_condition_or_an_error_that_knows_its_place(text: str):
    read_back = condition_or_error(text)
    if isinstance(read_back, ConditionError):
        assert 0 <= read_back.position <= len(text)
        assert read_back.text == text
    else:
        assert parse(str(read_back), VOCABULARY) == read_back


@given(conditions, st.integers(0, 40))
def test_completion_never_fails(text: str, cursor: int):
    assert all(isinstance(proposal, str) for proposal in suggest(text, min(cursor, len(text)), VOCABULARY))


@given(expressions(any_tests))
@example(any_of(all_of(any_of(read("a:b"), read("c:d")), read("e:f")), Not(Not(read("g:h")))))
def test_the_canonical_text_reads_back_as_the_same_tree(expression: Expression):
    assert read(str(expression)) == expression


@given(expressions(meaningful_tests))
def test_a_resolved_condition_is_stored_and_read_again_unchanged(expression: Expression):
    condition = resolve(expression, VOCABULARY)
    assert parse(str(condition), VOCABULARY) == condition


@given(st.lists(st.text(max_size=4), min_size=1, max_size=4))
def test_neighbouring_wildcards_are_one(parts: list[str]):
    assert "**" not in str(Pattern(tuple(parts))).replace("\\*", "")


@given(st.text(st.sampled_from('ab"\\')).filter(lambda text: not text.endswith("\\")))
def test_a_quotation_mark_in_a_regular_expression_is_escaped_once(source: str):
    assert Regex(Regex(source).source) == Regex(source)


def _matches(expression: Expression, row: Row, context: ConditionContext = CONTEXT) -> bool:
    condition: Condition = resolve(expression, VOCABULARY)
    return condition.matches(row, context)


trees = expressions(meaningful_tests, leaves=3)


@given(trees, trees, rows(texts_with_nul))
def test_de_morgan_holds(one: Expression, other: Expression, row: Row):
    assert _matches(Not(all_of(one, other)), row) == _matches(any_of(Not(one), Not(other)), row)
    assert _matches(Not(any_of(one, other)), row) == _matches(all_of(Not(one), Not(other)), row)


@given(trees, rows(texts_with_nul))
def test_not_is_the_opposite_and_twice_not_is_nothing(tree: Expression, row: Row):
    assert _matches(Not(tree), row) is not _matches(tree, row)
    assert _matches(Not(Not(tree)), row) is _matches(tree, row)


@given(st.text(max_size=6), st.text(max_size=6))
def test_a_value_written_in_quotation_marks_matches_itself(before: str, text: str):
    row = Row(town=text)
    if text:
        assert resolve(read(f"town:{Pattern((text,))}"), VOCABULARY).matches(row, CONTEXT)
        assert resolve(read(f"town:{Pattern(('', text))}"), VOCABULARY).matches(
            Row(town=f"{before} {text}"), CONTEXT
        ) or _composes(text)


def _composes(text: str) -> bool:
    """Whether normalising can join the text with what stands before it."""
    import unicodedata

    return unicodedata.normalize("NFC", f"x {text}") != "x " + unicodedata.normalize("NFC", text) or bool(
        unicodedata.combining(text[0])
    )
