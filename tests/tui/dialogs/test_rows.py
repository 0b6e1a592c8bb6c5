from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.dialogs.rows import paragraph, wrapped
from tui.lines import Span


def test_a_sentence_is_broken_at_blanks() -> None:
    assert wrapped("Was dabei entstand, ist schon gesendet.", 20) == [
        "Was dabei entstand,",
        "ist schon gesendet.",
    ]


def test_a_word_that_is_too_long_is_cut() -> None:
    assert wrapped("ab Donaudampfschiff", 6) == ["ab", "Donaud", "ampfsc", "hiff"]


def test_nothing_is_one_empty_line() -> None:
    assert wrapped("", 10) == [""]


@given(st.text(alphabet="ab ü株 \u0301"), st.integers(2, 30))
def test_no_line_is_wider_than_it_may_be_and_nothing_is_lost(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_further_lines_stand_below_the_first() -> None:
    rows = paragraph("eins zwei", 10, before=(Span("K-1  "),))
    assert [row.text for row in rows] == ["K-1  eins", "     zwei"]
    assert all(row.value is None for row in rows)
