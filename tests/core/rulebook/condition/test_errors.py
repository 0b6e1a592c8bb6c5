from __future__ import annotations

import pytest

from core.rulebook.condition import And, Comparison, ConditionError, Op, Or, Pattern, Regex, parse
from core.rulebook.condition.errors import drawn
from tests.core.rulebook.condition.sample import VOCABULARY


def error(text: str) -> ConditionError:
    with pytest.raises(ConditionError) as caught:
        parse(text, VOCABULARY)
    return caught.value


@pytest.mark.parametrize(
    ("pointed", "reason"),
    [
        ("^", "The condition is empty."),
        ("^town", "town belongs to no test"),
        ("town:a ^Müller", "Müller belongs to no test"),
        ("town^>5", "A colon is missing after town"),
        ("town:a ^and town:b", "Write AND in capital letters"),
        ("town:a ^oder town:b", "Write OR in capital letters"),
        ("^nicht town:b", "Write NOT in capital letters"),
        ("town:^", "A value is missing"),
        ("town: ^AND iban:x", "A value is missing"),
        ("town:^=a", "There is no operator ="),
        ("town:^len=5", "There is no operator ="),
        ("town:>=^<5", "begins with an operator"),
        ("town:^(a)", "A value with ( in it"),
        ("town:a^:b", "A value with a colon"),
        ("town:bad ^7", "a value with blanks"),
        ('town:^"a', "quotation mark is not closed"),
        (r'town:^"a\"', "quotation mark is not closed"),
        ('town:a^"b"', "a value with blanks"),
        ("town:a^\\", "A backslash is written"),
        (r"town:a^\qb", "A backslash is written"),
        (r"town:a^\U00110000", "There is no character"),
        ("^(town:a", "A parenthesis is not closed"),
        ('(town:a (town:b) ^(town:"(" OR town:c', "A parenthesis is not closed"),
        ("town:a^)", "No parenthesis is open"),
        ("(^)", "A test such as field:value is expected"),
        ("town:a AND^", "a test such as field:value is missing"),
        ("NOT ^", "a test such as field:value is missing"),
        ("town:!=^missing", "NOT town:missing"),
        ("town:a ^nobody:b", "There is no field nobody here."),
        ("(^twon:b)", "Did you mean town"),
        ("^zusand:b", "Did you mean Zustand"),
        ("state:^faild", "Did you mean failed"),
        ("state:^xyz", "known are held, angehalten, failed"),
        ("state:>^failed", "cannot be compared in this way"),
        ("state:~^failed", "cannot be compared in this way"),
        ("is:^stcuk", "Did you mean stuck"),
        ("is:^s*", "is is never s*"),
        ("^is:missing", "is is never missing"),
        ('town:^""', "An empty value is written town:missing"),
        ('ort:!=^"*"', "An empty value is written ort:missing"),
        ("town:>^a*", "wildcard"),
        ("amount:>^1*", "wildcard"),
        ("amount:^zwei", "zwei is no number"),
        ("amount:>^1.234", "two ways"),
        ("until:^31.02.2026", "31.02.2026 is no date"),
        ("age:>^2", "2 is no age"),
        ("age:>^2m", "2m is no age"),
        ("age:^999999999w", "is no age"),
        ("age:^1,5d", "whole number of its unit"),
        ("age:~^2", "cannot be compared in this way"),
        ("age:len>^2", "cannot be compared in this way"),
        ("town:len>^x", "whole number, as in town:len>10"),
        ("town:len>^-1", "whole number"),
        ("town:len>^1*", "whole number"),
        ("town:len~^1", "not with a regular expression"),
        ('town:~"abc^)"', "cannot be read: unbalanced"),
        ('town:~"a(b^"', "missing )"),
        ("town:~^a{1000000000}", "repeats too often"),
        ("town:~^" + "x" * 1001, "too long"),
        ("^" + "NOT " * 200 + "town:a", "nested too deeply"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(pointed: str, reason: str):
    position = pointed.index("^")
    found = error(pointed[:position] + pointed[position + 1 :])
    assert reason in str(found.reason)
    assert found.position == position


def test_the_message_shows_the_condition_with_a_caret_below():
    assert str(error("ort:a zustnd:b")).splitlines() == [
        "There is no field zustnd here. Did you mean Zustand?",
        "  ort:a zustnd:b",
        "        ^",
    ]


def test_a_value_is_shown_with_its_hidden_characters_visible():
    assert "‹U+001B›" in str(error('amount:"\x1b[31m1"').reason)


def test_wrong_conditions_are_wrong_usage():
    assert error("town").exit_code == 2


def test_the_caret_stands_right_below_wide_characters_and_accents():
    assert drawn("日本e\u0301x", 4)[1] == "     ^"


def test_a_long_condition_is_cut_around_the_place():
    shown, caret = drawn("a" * 500 + "!" + "b" * 500, 500)
    assert shown[len(caret) - 1] == "!"
    assert shown.startswith("…a")
    assert shown.endswith("b…")
    assert len(shown) < 78


def test_a_drawn_condition_holds_no_control_characters():
    shown, _ = drawn("a\x1b[31m\nb\u202e", 0)
    assert shown.isprintable()


def test_trees_that_cannot_be_written_are_not_built():
    word = Pattern(("a",))
    for wrong in (
        lambda: Comparison("town", Op.MATCHES, word),
        lambda: Comparison("town", Op.IS, Regex("a")),
        lambda: Comparison("town", Op.IS, word, length=True),
        lambda: Pattern(()),
        lambda: Regex("a\\"),
        lambda: And((Comparison("town", Op.IS, word),)),
        lambda: Or(()),
    ):
        with pytest.raises(ValueError):
            wrong()
