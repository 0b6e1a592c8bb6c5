"""Conditions on customers: by fields, findings and state; the database narrows down and loses nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.customers.customer import FOLDED
from core.customers.fields import FIELDS
from core.customers.listing import select_customers
from core.customers.operations import MUTE, Muting
from core.customers.vocabulary import customer_transfer_vocabulary, customer_vocabulary
from core.outbox.listing import select_transfers
from core.rulebook.condition import ConditionContext, ConditionError, parse
from tests.support.broker import BrokerSoftware
from tests.support.clock import TravelClock
from tests.support.customers import company, customer
from tests.support.examples import fewer
from tests.support.offices import GivenOffice

LONG = "Weiß " * 300
PETRA = customer("K-1", last_name="Weiß", birthdate="24.12.1980", title="Dr.")


@pytest.fixture
def office(office: GivenOffice, broker: BrokerSoftware, clock: TravelClock) -> GivenOffice:
    """Customers of every kind and in every state that needs no partner."""
    broker.brings(
        PETRA,
        customer("K-2", last_name="Müller", postcode="1067", country="Österreich"),
        customer("K-3", last_name="MU\u0308LLER", town="Görlitz", birthdate="31.02.1980"),
        company("K-4", "Sächsische Bau GmbH"),
        company("k-5", LONG.strip(), kind=" f "),
        customer("K-6", last_name="O'Neill_%*", iban="AT611904300234573201", postcode=""),
    )
    clock.travel(days=10)
    office.edit("K-1", town="Zittau")
    broker.brings({**PETRA, "town": "Plauen", "street": "Neu"}, customer("K-7"))
    office.recheck()
    office.send("K-2", "K-7")
    office.perform(MUTE, [office.customer("K-3").id or 0], Muting("CUS007", "unbekannt"))
    return office


def chosen(office: GivenOffice, condition: str) -> list[str]:
    parsed = parse(condition, customer_vocabulary())
    found = [view.customer.number for view in select_customers(office, parsed)]
    every = list(select_customers(office))
    context = ConditionContext(office.now, office.today)
    assert found == [view.customer.number for view in every if parsed.matches(view, context)], condition
    return found


EXAMPLES = {
    "nachname:müller": ["K-2", "K-3"],
    "last_name:MÜLLER": ["K-2", "K-3"],
    "nachname:weiss": ["K-1"],
    'nachname:"O\'Neill_%\\*"': ["K-6"],
    "nachname:o*": ["K-6"],
    "plz:01*": ["K-1", "K-3", "K-7"],
    "plz:missing": ["K-6"],
    "postcode:len!=5": ["K-2"],
    "kundennummer:K-5": ["k-5"],
    "number:k-*": ["K-1", "K-2", "K-3", "K-4", "k-5", "K-6", "K-7"],
    "art:firma": ["K-4", "k-5"],
    "kind:private AND title:Dr.": ["K-1"],
    "kundenart:F": ["K-4", "k-5"],
    "company:len>100": ["k-5"],
    "firma:weiß*": ["k-5"],
    "geburtsdatum:24.12.1980": ["K-1"],
    "born:missing": ["K-4", "k-5"],
    "iban:len!=22": ["K-6"],
    "land:Österreich OR ort:görlitz": ["K-2", "K-3"],
    "NOT town:Dresden NOT city:Hamburg": ["K-1", "K-3"],
    "rule:CUS002": ["K-2", "K-6"],
    "befund:CUS007": [],
    "is:clean": ["K-1", "K-7"],
    "is:blockiert": ["K-2", "K-6", "k-5"],
    "is:conflict": ["K-1"],
    "is:new": ["K-1", "K-3", "K-4", "k-5", "K-6"],
    "is:stuck": ["K-2"],
    "state:pending": ["K-7"],
    "zustand:angehalten": ["K-2"],
    "changed:>5d": ["K-2", "K-3", "K-4", "k-5", "K-6"],
    "batch:2": ["K-1", "K-7"],
    "import:1": ["K-2", "K-3", "K-4", "k-5", "K-6"],
    "id:>6": ["K-7"],
    "nachname:~^M": ["K-2", "K-3"],
}


def test_conditions_find_whom_they_mean(office: GivenOffice) -> None:
    found = {condition: sorted(chosen(office, condition), key=str.upper) for condition in EXAMPLES}
    expected = {condition: sorted(numbers, key=str.upper) for condition, numbers in EXAMPLES.items()}
    assert found == expected


def test_transfers_are_found_by_what_they_carry(office: GivenOffice) -> None:
    for condition, numbers in {
        "plz:1067": ["K-2"],
        "nachname:müller": ["K-2"],
        "kundenart:privat": ["K-2", "K-7"],
        "ort:dresden NOT state:held": ["K-7"],
        "is:stuck": ["K-2"],
        "number:K-7": ["K-7"],
        "adviser:x": None,
    }.items():
        if numbers is None:
            with pytest.raises(ConditionError):
                parse(condition, customer_transfer_vocabulary())
            continue
        parsed = parse(condition, customer_transfer_vocabulary())
        assert [one.subject for one in select_transfers(office, parsed)] == numbers, condition


def test_every_field_answers_to_its_german_and_its_english_name() -> None:
    vocabulary = customer_vocabulary()
    for one in FIELDS:
        assert vocabulary.find(one.attribute) is not None
        assert vocabulary.find(one.german) is vocabulary.find(one.attribute), one.german


WORDS = st.sampled_from(["weiß", "Müller", "K-*", "*5", "Dresden", "01067", "o'neill_%\\*", LONG[:40] + "*"])
TESTS = st.builds(
    "{0}:{1}{2}".format,
    st.sampled_from([*FOLDED, "street"]),
    st.sampled_from(["", "!="]),
    WORDS.map(lambda word: f'"{word}"'),
) | st.builds("{0}:missing".format, st.sampled_from([*FOLDED, "iban"]))


@given(tests=st.lists(TESTS, min_size=1, max_size=3), words=st.lists(st.sampled_from([" ", " OR ", " NOT "])))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=fewer(3))
def test_whatever_the_condition_the_database_loses_nobody(
    office: GivenOffice, tests: list[str], words: list[str]
) -> None:
    text = tests[0]
    for word, test in zip(words, tests[1:], strict=False):
        text = f"{text}{word}{test}"
    assert set(chosen(office, text)) <= {f"K-{number}" for number in range(1, 8)} | {"k-5"}


def test_an_age_counts_from_the_last_change(office: GivenOffice, clock: TravelClock) -> None:
    clock.travel(timedelta(days=1))
    assert chosen(office, "changed:<2d") == ["K-1", "K-7"]
