from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from core.customers.fields import ATTRIBUTES, CustomerFields
from core.customers.given import Given
from core.customers.rules import RULES
from core.locale import Message
from core.rulebook.finding import FixKind, Found
from core.rulebook.rule import Need, Rule
from tests.core.customers.rules.samples import COMPANY, GIVEN, PERSON, company, person, with_limits

LATIN = with_limits(characters="iso-8859-1")
ANY_TEXT = st.text(max_size=30) | st.text(
    alphabet=" \t\u00a0\u200b\u0308\u0301aeuäßDE0123456789.-/@+\x1b[m\x8a\ufffd", max_size=24
)
LIKELY = st.sampled_from(
    ["1067", "D-01067", "DE89 3704 0044 0532 0130 00", "1971-03-04", "4.3.71", "Mu\u0308ller", "fr.",
     "germany", "privat", "+49 351 1", "a@b", "\ud800", "Elfenbeinküste Handels GmbH", "\x1b[31mBau"]
)  # fmt: skip
CUSTOMERS = st.builds(
    lambda base, changes: CustomerFields(**{**base, **changes}),
    st.sampled_from([PERSON, COMPANY]),
    st.dictionaries(st.sampled_from(ATTRIBUTES), ANY_TEXT | LIKELY, max_size=8),
)


def findings_of(customer: CustomerFields, given: Given) -> list[tuple[str, Found]]:
    return [(rule.id, one) for rule in RULES for one in rule.check(customer, given)]


@pytest.mark.parametrize("customer", [person(), company()], ids=["person", "company"])
def test_a_faultless_customer_has_no_findings(customer: CustomerFields) -> None:
    assert findings_of(customer, GIVEN) == []


def test_the_book_has_the_rules_that_are_promised() -> None:
    numbers = [1, 2, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16, 17, 18, 19]

    assert [rule.id for rule in RULES] == [f"CUS{number:03}" for number in numbers]


@pytest.mark.parametrize("rule", list(RULES), ids=lambda rule: rule.id)
def test_every_rule_says_what_why_and_what_to_do(rule: Rule[CustomerFields, Given]) -> None:
    documentation = rule.documentation
    texts = (documentation.sentence, documentation.why, documentation.remedy)

    assert all(isinstance(text, Message) and text.text.endswith(".") for text in texts)


def test_rules_that_look_at_the_date_are_judged_anew_every_day() -> None:
    daily = [rule.id for rule in RULES if Need.TODAY in rule.needs]

    assert daily == ["CUS006", "CUS007", "CUS008"]


@for_all(CUSTOMERS, st.sampled_from([GIVEN, LATIN]))
def test_no_rule_ever_raises_or_speaks_twice_of_a_field(customer: CustomerFields, given: Given) -> None:
    found = findings_of(customer, given)

    assert len({(rule, one.field) for rule, one in found}) == len(found)
    for rule, one in found:
        assert one.value == getattr(customer, one.field)
        assert one.message is not None
        assert str(one.message).isprintable()
        assert Message.load(one.message.dump())
        assert not RULES[rule].fields or one.field in RULES[rule].fields


@for_all(CUSTOMERS)
def test_a_rule_offers_no_better_fix_than_it_declares(customer: CustomerFields) -> None:
    order = [FixKind.NONE, FixKind.UNSAFE, FixKind.SAFE]
    for rule, one in findings_of(customer, GIVEN):
        offered = one.fix.kind if one.fix else FixKind.NONE
        assert order.index(offered) <= order.index(RULES[rule].fix)


@for_all(CUSTOMERS, st.sampled_from([GIVEN, LATIN]), st.booleans())
def test_applying_safe_fixes_comes_to_an_end(customer: CustomerFields, given: Given, last_wins: bool) -> None:
    for _round in range(5):
        proposals = [
            (one.field, one.fix.text)
            for _rule, one in findings_of(customer, given)
            if one.fix and one.fix.kind is FixKind.SAFE
        ]
        if not proposals:
            return
        chosen = dict(proposals if last_wins else reversed(proposals))
        assert all(getattr(customer, field) != text for field, text in chosen.items())
        customer = customer.model_copy(update=chosen)
    pytest.fail("safe fixes are still offered after five rounds")


@for_all(CUSTOMERS)
def test_nothing_is_said_of_fields_that_are_not_sent(customer: CustomerFields) -> None:
    sent = frozenset({"town", "iban"})

    assert {one.field for _rule, one in findings_of(customer, with_limits(transmitted=sent))} <= sent


@pytest.mark.parametrize("text", ["x" * 200_000, " \t" * 100_000, "Ś\u0308" * 100_000, "1" * 200_000])
def test_a_very_long_text_makes_short_messages_in_short_time(text: str) -> None:
    customer = CustomerFields(**dict.fromkeys(ATTRIBUTES, text))
    found = [*findings_of(customer, LATIN), *findings_of(customer.model_copy(update={"kind": "F"}), GIVEN)]

    assert found
    assert max(len(str(one.message)) for _rule, one in found) < 400


def test_reading_the_rules_loads_none_of_the_validating_libraries() -> None:
    code = (
        "import sys, core.customers.rules as book; list(book.RULES)\n"
        "heavy = {'schwifty', 'kontocheck', 'phonenumbers', 'email_validator'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
