"""Messages: made once, stored, and said in the language of whoever reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.locale import Message, _, n_, say_in_english, translator

GERMAN = translator("de")


def test_a_message_says_its_values() -> None:
    assert str(_("There is no transfer {id}.", id=7)) == "There is no transfer 7."


def test_a_value_that_looks_like_a_placeholder_is_said_as_it_is() -> None:
    assert str(_("There is no transfer {id}.", id="{id} {0} {")) == "There is no transfer {id} {0} {."


def test_a_text_without_values_may_hold_braces() -> None:
    assert str(Message("as it {stands}")) == "as it {stands}"


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 cells instead of 3"), (1, "1 cell instead of 3"), (2, "2 cells instead of 3")]
)
def test_a_number_chooses_its_form(count: int, said: str) -> None:
    message = n_(
        "{count} cell instead of {expected}", "{count} cells instead of {expected}", count, expected=3
    )
    assert str(message) == said
    assert GERMAN(message).startswith(f"{count} Zelle")


def test_german_is_said_to_whoever_reads_german() -> None:
    assert GERMAN(_("There is no transfer {id}.", id=7)) == "Es gibt keine Übertragung 7."


def test_a_text_that_nobody_has_translated_is_said_in_english() -> None:
    assert GERMAN(Message("xyzzy {n}", values={"n": 1})) == "xyzzy 1"


@pytest.mark.parametrize("lang", ["en", "fr", "", "en_US"])
def test_everybody_else_is_told_in_english(lang: str) -> None:
    assert translator(lang)(_("There is no transfer {id}.", id=7)) == "There is no transfer 7."


def test_messages_within_messages_are_translated_too() -> None:
    inner = _("There is no transfer {id}.", id=7)
    outer = _("The archive cannot be written: {reason}", reason=inner)
    assert "Es gibt keine Übertragung 7." in GERMAN(outer)
    assert GERMAN(_("Held by {rules}.", rules=("CUS001", inner))).count("Es gibt keine Übertragung 7.") == 1


def test_an_empty_message_says_nothing() -> None:
    assert GERMAN(Message("")) == ""


VALUES = st.recursive(
    st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.builds(lambda value: Message("inner {v}", values={"v": value}), inner)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from("abc"), VALUES))
def test_a_stored_message_is_the_same_message(values: dict[str, object]) -> None:
    message = Message("a b c", values=values)
    loaded = Message.load(message.dump())
    assert loaded == message
    assert say_in_english(loaded) == say_in_english(message)


@given(st.integers(0, 5))
def test_a_stored_number_keeps_its_form(count: int) -> None:
    message = n_("{count} row", "{count} rows", count)
    assert say_in_english(Message.load(message.dump())) == say_in_english(message)


def test_a_value_that_is_no_text_is_stored_as_its_text() -> None:
    assert Message.load(_("{where}", where=1.5).dump()).values == {"where": "1.5"}


def test_what_is_no_stored_message_is_refused() -> None:
    with pytest.raises(ValueError, match="not a stored message"):
        Message.load('"text"')
