from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.dialogs.entry import hidden_in, stand_in


def test_hidden_characters_stand_as_visible_ones() -> None:
    assert stand_in("a\u00a0b\x1b[0m\u200b c") == "a␣b␛[0m¤ c"


def test_blanks_at_the_edges_and_doubled_ones_can_be_seen() -> None:
    assert stand_in(" a  b ") == "␣a ␣b␣"


def test_plain_text_is_left_alone() -> None:
    assert stand_in("Straße der Einheit 株式会社") == "Straße der Einheit 株式会社"


@given(st.text())
def test_every_character_keeps_its_place_and_none_is_left_that_a_terminal_would_act_on(text: str) -> None:
    shown = stand_in(text)
    assert len(shown) == len(text)
    assert shown.isprintable()


def test_what_is_hidden_is_spelt_out_beside_it() -> None:
    assert hidden_in("a\u200bb") == "a‹U+200B›b"
    assert hidden_in("ab") == ""
