"""The check of translations finds what it is there to find, and merging loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tests.checks.texts import Text, placeholders, texts_in
from tests.checks.translations import check, merge, prune, read, rendered


def source(tmp_path: Path, body: str) -> tuple[list[Text], list[str]]:
    file = tmp_path / "source.py"
    file.write_text(f"from core.locale import _, n_\n{body}\n")
    texts, problems = texts_in([file])
    return texts, [problem.what for problem in problems]


def catalogue(**german: str | tuple[str, str]) -> Catalog:
    entries = Catalog(locale="de")
    for english, translation in german.items():
        entries.add(english if isinstance(translation, str) else (english, f"{english}s"), translation)
    return entries


def wrong(texts: list[Text], entries: Catalog) -> list[str]:
    return [problem.what for problem in check(texts, entries)]


def test_texts_are_found_with_their_plurals(tmp_path: Path) -> None:
    texts, problems = source(tmp_path, '_("Send " "again")\nn_("{count} row", "{count} rows", 3)')
    assert {(text.text, text.plural) for text in texts} == {
        ("Send again", None),
        ("{count} row", "{count} rows"),
    }
    assert problems == []


def test_another_names_function_is_not_mistaken_for_ours(tmp_path: Path) -> None:
    file = tmp_path / "source.py"
    file.write_text('from gettext import gettext as _\n_("no text of ours")\n')
    assert texts_in([file]) == ([], [])


def test_the_parts_of_a_rule_are_texts(tmp_path: Path) -> None:
    documentation = '"""Is so.\n\n    Why: because.\n    Remedy: do.\n    """'
    rule = f'@RULES.rule("X", "x", source="Own")\ndef x(record):\n    {documentation}'
    texts, problems = source(tmp_path, rule)
    assert {text.text for text in texts} == {"Is so.", "because.", "do.", "Own"}
    assert problems == []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('_(f"a {1}")', "takes its text as a constant"),
        ("_(text)", "takes its text as a constant"),
        ('n_("{count} row", plural, 2)', "takes its text as a constant"),
        ('_("{a} and {b}", a=1)', "wants a value for {b}"),
        ('_("{a}", a=1, b=2)', "does not say {b}"),
        ('_("{a", a=1)', "expected '}'"),
        ('@RULES.rule("X", "x")\ndef x(record):\n    """Is so."""', "a rule's docstring has a sentence"),
    ],
)
def test_a_text_that_cannot_be_translated_is_named(tmp_path: Path, body: str, complaint: str) -> None:
    _texts, problems = source(tmp_path, body)
    assert [complaint in problem for problem in problems] == [True]


@pytest.mark.parametrize("body", ['_("{a}", **values)', '_("{a}")', 'n_("{count} x", "{count} xs", 2)'])
def test_values_that_come_from_elsewhere_are_taken_on_trust(tmp_path: Path, body: str) -> None:
    assert source(tmp_path, body)[1] == []


def test_a_complete_catalogue_is_fine() -> None:
    texts = [Text("a {x}", None, "here"), Text("row", "rows", "here")]
    assert wrong(texts, catalogue(**{"a {x}": "ein {x}", "row": ("Zeile", "Zeilen")})) == []


@pytest.mark.parametrize("entries", [catalogue(), catalogue(Discard="")])
def test_a_missing_translation_is_named(entries: Catalog) -> None:
    assert wrong([Text("Discard", None, "here")], entries) == ["'Discard' has no de translation"]


def test_what_is_only_values_and_signs_needs_no_translation() -> None:
    assert wrong([Text("{file}: {reason}", None, "here")], catalogue()) == []


def test_a_missing_plural_form_is_named() -> None:
    assert wrong([Text("row", "rows", "here")], catalogue(row="Zeile")) == ["'row' lacks a plural form"]


def test_a_translation_with_other_values_is_named() -> None:
    entries = catalogue(**{"a {x}": "ein {y}"})
    assert wrong([Text("a {x}", None, "here")], entries) == ["'a {x}' and 'ein {y}' differ in {x}, {y}"]


def test_a_fuzzy_translation_is_named() -> None:
    entries = catalogue()
    entries.add("Discard", "Verwerfen", flags=["fuzzy"])
    assert wrong([Text("Discard", None, "here")], entries) == ["'Discard' is marked fuzzy"]


def test_what_nobody_says_any_more_is_named_and_can_be_taken_out() -> None:
    entries = catalogue(Discard="Verwerfen", Hold="Anhalten")
    said = [Text("Hold", None, "here")]
    assert wrong(said, entries) == ["nobody says 'Discard' any more (--prune)"]
    prune(entries, said)
    assert wrong(said, entries) == []


def test_merging_adds_what_is_new_and_keeps_what_is_there() -> None:
    entries = catalogue(Discard="Verwerfen")
    kept = [
        problem.what for problem in merge(entries, catalogue(Discard="Wegwerfen", Hold="Anhalten"), "f.po")
    ]
    assert kept == ["'Discard': kept 'Verwerfen', not 'Wegwerfen'"]
    assert rendered(entries) == rendered(catalogue(Hold="Anhalten", Discard="Verwerfen"))


def test_a_plural_takes_the_place_of_a_plain_entry() -> None:
    entries = catalogue(row="Zeile")
    assert list(merge(entries, catalogue(row=("Zeile", "Zeilen")), "f.po")) == []
    assert wrong([Text("row", "rows", "here")], entries) == []


def test_a_catalogue_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    entries = catalogue(**{"a “{x}”": "ein „{x}“", "row": ("Zeile", "Zeilen"), "long": "wort " * 60})
    file = tmp_path / "leitstand.po"
    file.write_text(rendered(entries), encoding="utf-8")
    assert rendered(read(file)) == rendered(entries)


def test_a_broken_fragment_is_named(tmp_path: Path) -> None:
    file = tmp_path / "broken.po"
    file.write_text('msgid "a"\nnonsense\n')
    with pytest.raises(SystemExit, match=r"broken\.po"):
        read(file)


def test_placeholders_are_found_whatever_their_format() -> None:
    assert placeholders("{count:d} of {all!s}, {{not this}}") == {"count", "all"}
