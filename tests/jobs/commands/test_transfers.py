from __future__ import annotations

import pytest

from core.customers.vocabulary import customer_transfer_vocabulary
from core.locale import LANGUAGES, Message, translator
from core.outbox.transfer import Transfer
from core.rulebook.condition import ConditionContext, parse
from jobs.commands.words import CAUSES, STATES
from tests.jobs.commands.conftest import CallLeitstand
from tests.support.clock import MONDAY_MORNING
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice


def test_a_transfer_has_the_shape_of_the_design(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", postcode="1067"))
    desk.send("K-1")
    [one] = call("transfers", "list", "--format", "json").json
    assert list(one) == [
        "id",
        "kind",
        "partner",
        "subject",
        "state",
        "outcome",
        "cause",
        "attempts",
        "created_at",
        "updated_at",
        "reference",
    ]
    assert {name: one[name] for name in ("id", "kind", "partner", "subject", "state", "cause")} == {
        "id": 1,
        "kind": "customer",
        "partner": "vema",
        "subject": "K-1",
        "state": "held",
        "cause": "findings",
    }
    assert one["created_at"].endswith("+00:00")


@pytest.mark.parametrize(
    ("where", "subjects"),
    [
        ("is:stuck", ["K-2"]),
        ("zustand:wartend", ["K-1"]),
        ("plz:01*", ["K-1"]),
        ("kundennummer:K-2 ursache:befunde", ["K-2"]),
        ("kundenart:privat age:<1d", ["K-1", "K-2"]),
        ("geburtsdatum:>1900-01-01", ["K-1", "K-2"]),
    ],
)
def test_conditions_ask_for_the_transfer_and_for_what_it_carries(
    desk: GivenOffice, call: CallLeitstand, where: str, subjects: list[str]
) -> None:
    desk.has(customer("K-1"), customer("K-2", postcode="1067"))
    desk.send("K-1", "K-2")
    found = call("transfers", "list", "--where", where, "--format", "json").json
    assert [one["subject"] for one in found] == subjects


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("field", "words"), [("state", STATES), ("cause", CAUSES)])
def test_every_word_that_lists_show_can_be_filtered_by(
    lang: str, field: str, words: dict[str, Message]
) -> None:
    say = translator(lang)
    for code, word in words.items():
        if not code:
            continue
        condition = parse(f'{field}:"{say(word)}"', customer_transfer_vocabulary())
        one = Transfer.model_construct(state=code, cause_code=code)
        assert condition.matches(one, ConditionContext(MONDAY_MORNING, MONDAY_MORNING.date())), say(word)


@pytest.mark.parametrize("where", ['cause:"first transfer?"', "ursache:Erstübertragung?"])
def test_the_question_is_found_by_its_name(desk: GivenOffice, call: CallLeitstand, where: str) -> None:
    desk.has(company("K-1", "Elfenbeinküste Handels GmbH"), customer("K-2"))
    desk.send("K-1", "K-2")
    found = call("transfers", "list", "--where", where, "--format", "json").json
    assert [one["subject"] for one in found] == ["K-1"]


def test_a_transfer_is_shown_with_payload_body_and_why_it_waits(
    desk: GivenOffice, call: CallLeitstand
) -> None:
    desk.has(customer("K-1"))
    desk.send("K-1")
    shown = call("transfers", "show", "1", "--format", "json").json
    assert shown["payload"]["postcode"] == "01067"
    assert "01067" in shown["body"]
    assert shown["waits"] == "No credentials are set for this account."
    assert "No credentials" in call("transfers", "show", "1").out


def test_a_transfer_waits_for_the_one_before_it(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(company("K-1", "Elfenbeinküste Handels GmbH"))
    desk.send("K-1")
    call("transfers", "first-transfer", "--all", "--not-known")
    first, second = [one.id for one in desk.transfers() if one.is_open]
    shown = call("transfers", "show", first, "--format", "json").json
    assert (shown["step"], shown["followed_by"]) == ("short", [second])
    assert str(first) in call("transfers", "show", second, "--format", "json").json["waits"]


def test_whether_the_partner_knows_a_company_must_be_said(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(company("K-1", "Elfenbeinküste Handels GmbH"))
    desk.send("K-1")
    assert desk.transfer("K-1").cause_code == "first-unknown"
    assert call("transfers", "first-transfer", "1").code == 2
    assert call("transfers", "first-transfer", "1", "--known").code == 0
    assert [one.step for one in desk.transfers() if one.is_open] == ["whole"]
    assert desk.transfer("K-1").state == "pending"


def test_hold_and_release(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1"))
    desk.send("K-1")
    assert call("transfers", "hold", "1", "--reason", "Rückfrage").code == 0
    assert (desk.transfer("K-1").state, desk.transfer("K-1").cause_code) == ("held", "operator")
    assert call("transfers", "release", "1").code == 0
    assert desk.transfer("K-1").state == "pending"


def test_a_release_in_spite_of_findings_needs_a_reason(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1", postcode="1067"))
    desk.send("K-1")
    said = call("transfers", "release", "1", "--format", "json")
    assert (said.code, len(said.json["refused"])) == (1, 1)
    assert call("transfers", "release", "1", "--reason", "stimmt so", "--until", "31.12.2099").code == 0
    assert desk.transfer("K-1").state == "pending"


def test_what_does_not_fit_is_left_alone_with_the_reason(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1"), customer("K-2", postcode="1067"))
    desk.send("K-1", "K-2")
    said = call("transfers", "retry", "--all", "--format", "json")
    assert (said.code, said.json["done"]) == (1, [1])
    assert said.json["refused"] == [{"id": 2, "subject": "K-2", "reason": "It is held; release it instead."}]
    dry = call("transfers", "retry", "--all", "--dry-run", "--format", "json").json
    assert [one["reason"] is None for one in dry] == [True, False]


def test_what_cannot_be_undone_asks(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1"))
    desk.send("K-1")
    with desk.store.write() as session:
        one = desk.transfer("K-1")
        one.state = "uncertain"
        session.add(one)
    arguments = ("transfers", "decide", "1", "--arrived", "--reference", "V-7", "--reason", "telefonisch")
    said = call(*arguments)
    assert said.code == 2
    assert "--yes" in said.err
    assert call(*arguments, "--yes").code == 0
    assert (desk.transfer("K-1").state, desk.transfer("K-1").reference) == ("delivered", "V-7")


def test_a_discarded_transfer_can_be_taken_back(desk: GivenOffice, call: CallLeitstand) -> None:
    desk.has(customer("K-1"))
    desk.send("K-1")
    entry = call("transfers", "discard", "1", "--reason", "doppelt", "--format", "json").json["entry"]
    assert desk.states() == ["discarded"]
    assert call("journal", "undo", entry).code == 0
    assert desk.states() == ["pending"]


@pytest.mark.parametrize("id_", ["9", "K-1", "1e3", "99999999999999999999"])
def test_an_unknown_transfer_is_said(desk: GivenOffice, call: CallLeitstand, id_: str) -> None:
    for verb in ("show", "retry"):
        said = call("transfers", verb, id_)
        assert said.code == 2
        assert id_ in said.err
