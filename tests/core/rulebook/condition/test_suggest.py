from __future__ import annotations

import pytest

from core.rulebook.condition import suggest, word_start
from tests.core.rulebook.condition.sample import VOCABULARY


def at_the_end(text: str, lang: str = "de") -> list[str]:
    return suggest(text, len(text), VOCABULARY, lang)


@pytest.mark.parametrize(
    ("text", "proposals"),
    [
        ("zu", ["Zustand:"]),
        ("sta", ["state:"]),
        ("NOT cit", ["city:"]),
        ("(Ort:a OR zu", ["Zustand:"]),
        ("zustand:fe", ["zustand:fehlgeschlagen"]),
        ("state:!=fai", ["state:!=failed"]),
        ('state:"unk', ["state:unklar"]),
        ("state:m", ["state:missing"]),
        ("ort:", ["ort:missing"]),
        ("ort:>", []),
        ("ist:", ["ist:hängt", "ist:deutsch"]),
        ("nobody:x", []),
        ("xyz", []),
        ("ort:a A", ["Alter:", "attempts:", "amount:", "AND"]),
        ("A", ["Alter:", "attempts:", "amount:"]),
        ('ort:"bad zu', []),
    ],
)
def test_the_word_at_the_cursor_is_completed(text: str, proposals: list[str]):
    assert at_the_end(text) == proposals


def test_an_empty_line_offers_every_field_once_in_the_operators_language():
    assert at_the_end("")[:3] == ["Ort:", "Kontonummer:", "Zustand:"]
    assert at_the_end("", "en")[:3] == ["town:", "iban:", "state:"]
    assert at_the_end("")[-1] == "NOT"
    assert at_the_end("ort:a ")[-3:] == ["AND", "OR", "NOT"]


def test_only_what_stands_before_the_cursor_counts():
    text = "sta AND ort:a"
    assert suggest(text, 3, VOCABULARY) == ["state:"]
    assert word_start(text, 3) == 0


def test_a_word_begins_behind_blanks_and_parentheses_outside_quotation_marks():
    assert word_start("NOT (or", 7) == 5
    assert word_start(r'ort:"a \" b', 11) == 0
    assert word_start('ort:"a b" x', 11) == 10
