from __future__ import annotations

from collections.abc import Iterator

from core.customers.rules import RULES
from core.locale import say_in_english
from core.rulebook.finding import FixKind, Found, Severity
from core.rulebook.page import rules_page
from core.rulebook.rule import Need, Rulebook


def test_every_rule_has_its_chapter_with_all_that_is_declared() -> None:
    page = rules_page([RULES], say_in_english)

    for rule in RULES:
        chapter = page.split(f"\n### {rule.id} {rule.name}\n")[1].split("\n### ")[0]
        texts = rule.documentation
        assert all(
            text in chapter for text in (texts.sentence.text, texts.why.text, texts.remedy.text, rule.source)
        )


def test_the_page_says_what_a_rule_needs_and_offers() -> None:
    book: Rulebook[str, None] = Rulebook("cases")

    @book.rule(
        "CAS001",
        "not-empty",
        Severity.WARNING,
        source="Own",
        needs={Need.TODAY, Need.PARTNER},
        fix=FixKind.SAFE,
    )
    def not_empty(record: str, given: None) -> Iterator[Found]:
        """A | case.

        Why: because.
        Remedy: fill it.
        """
        yield from ()

    page = rules_page([book], say_in_english)

    assert list(not_empty("", None)) == []
    assert "| CAS001 | `not-empty` | warning | safe | A \\| case. |" in page
    assert "- **Needs:** today's date, what the partner already has" in page


def test_the_page_is_the_same_whatever_the_order_of_the_books() -> None:
    other: Rulebook[str, None] = Rulebook("accounts")

    assert rules_page([RULES, other], say_in_english) == rules_page([other, RULES], say_in_english)
