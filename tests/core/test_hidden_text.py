from __future__ import annotations

import pytest

from core.text import compacted, cut, damage_undone, is_blank, is_tidy, tidied


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "\u200b\u200b", "\t\n", "\x00"])
def test_nothing_but_blanks_is_blank(text: str) -> None:
    assert is_blank(text)
    assert compacted(text) == ""


@pytest.mark.parametrize("text", ["x", "-", " x", "\u200bÖ", "李"])
def test_anything_that_can_be_seen_is_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_compacted_has_no_blank_at_all() -> None:
    assert compacted(" DE89\u00a03704 0044\u200b\t0532 ") == "DE89370400440532"


@pytest.mark.parametrize(
    ("text", "tidy"), [("", True), ("a b", True), (" a", False), ("a ", False), ("a\u00adb", False)]
)
def test_tidy_is_what_tidying_would_not_change(text: str, tidy: bool) -> None:
    assert is_tidy(text) is tidy
    assert is_tidy(tidied(text))


@pytest.mark.parametrize(
    ("text", "proposal"),
    [
        ("M\x9a", "Mš"),
        ("\x1b[1;31mBau\x1b[0m GmbH", "Bau GmbH"),
        ("\x9b31mBau", "Bau"),
        ("\x1b]0;title\x07Bau", "Bau"),
        ("\x1b]never ended", "never ended"),
        ("\x1b(BBau", "Bau"),
        ("Bau", None),
        ("Bau\x85\u200b", None),
        ("Bau\x1b", None),
    ],
)
def test_damage_is_undone_as_a_proposal_and_only_where_there_is_some(text: str, proposal: str | None) -> None:
    assert damage_undone(text) == proposal


@pytest.mark.parametrize(
    ("length", "beginning"), [(-1, ""), (0, ""), (1, "a"), (2, "a"), (3, "ab\u0323"), (9, "ab\u0323c")]
)
def test_a_cut_never_parts_an_accent_from_its_letter(length: int, beginning: str) -> None:
    assert cut("ab\u0323c", length) == beginning
