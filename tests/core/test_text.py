"""Text from somewhere: how it compares, and what may be shown of it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import cut, folded, printable, shortened, squeezed, visible

HIDDEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
HARD = st.characters() | st.sampled_from("\t\n\r\x1b\x9b\u200b\u00ad\u202e\u2066\u00a0\u2028ßẞİıﬃe\u0301ǅÅ")
TEXTS = st.text(HARD, max_size=30)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "MU\u0308LLER"),
        ("Weiß", "WEISS"),
        ("Weiß", "Weiẞ"),
        ("ÅSE", "a\u030ase"),
        ("ﬃ", "FFI"),
        ("K-1", "k-1"),
    ],
)
def test_what_reads_the_same_compares_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), [("Muller", "Müller"), ("K-1", "K-1 "), ("1", "１"), ("", " ")])
def test_what_is_written_differently_does_not(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@given(TEXTS)
def test_comparing_once_more_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert folded(unicodedata.normalize("NFD", text)) == folded(text)


@given(TEXTS)
def test_nothing_that_is_shown_can_move_the_cursor_or_turn_the_line(text: str) -> None:
    for shown in (visible(text), printable(text)):
        assert not {unicodedata.category(one) for one in shown} & HIDDEN
        assert "\n" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Weiß", "Weiß"),
        (" Weiß ", "␣Weiß␣"),
        ("Dr.  Weiß", "Dr. ␣Weiß"),
        ("Weiß\u00a0", "Weiß‹U+00A0›"),
        ("We\u200biß", "We‹U+200B›iß"),
        ("\x1b[31mrot", "‹U+001B›[31mrot"),
        ("   ", "␣␣␣"),
        ("", ""),
        ("e\u0301", "e\u0301"),
        ("👩\u200d🚒", "👩‹U+200D›🚒"),
    ],
)
def test_what_is_hidden_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Weiß\tGörlitz\r\n", "Weiß Görlitz  "),
        ("\x1b]0;Titel\x07", "\ufffd]0;Titel\ufffd"),
        ("abc\u202edcba", "abc\ufffddcba"),
        ("plain", "plain"),
    ],
)
def test_on_a_screen_it_stays_on_its_line(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "length", "short"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("abcd", 1, "…"), ("abcd", 0, "…"), ("", 0, "")],
)
def test_what_is_too_long_says_so(text: str, length: int, short: str) -> None:
    assert shortened(text, length) == short


@given(TEXTS)
def test_squeezed_is_without_blanks_at_its_edges_and_doubled_ones(text: str) -> None:
    plain = squeezed(text)
    assert plain == plain.strip()
    assert "  " not in plain
    assert squeezed(plain) == plain


@given(TEXTS, st.integers(0, 30))
def test_a_cut_takes_whole_characters_from_the_beginning(text: str, length: int) -> None:
    short = cut(text, length)
    assert text.startswith(short)
    assert len(short) <= length
    if len(text) <= length:
        assert short == text


@pytest.mark.parametrize(
    ("text", "length", "short"),
    [
        ("Cafe\u0301 Wien", 4, "Caf"),
        ("👩\u200d🚒 Wehr", 2, ""),
        ("🇩🇪🇦🇹", 3, "🇩🇪"),
        ("👍🏽 gut", 1, ""),
        ("각", 2, ""),
        ("Elfenbeinküste", 10, "Elfenbeink"),
    ],
)
def test_no_letter_is_cut_in_two(text: str, length: int, short: str) -> None:
    assert cut(unicodedata.normalize("NFD", text) if text == "각" else text, length) == short
