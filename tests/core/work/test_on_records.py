"""Among colleagues: records are handed over, taken, given back, resubmitted and written about."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from core.errors import Inapplicable, NotAllowed, WrongUsage
from core.operation import Report
from core.operators import Operator, Role
from core.registry import operation_of
from core.undo import undo
from core.work.operations import StandingIn, stand_in
from core.work.record import Assignment, Memo, Resubmission, StandIn
from core.work.standing import assigned_to, due_days
from tests.core.work.conftest import Colleague
from tests.support.customers import customer
from tests.support.offices import GivenOffice

CHRISTMAS = date(2026, 12, 24)


@pytest.fixture(autouse=True)
def petra(office: GivenOffice) -> None:
    office.has(customer("K-1"))


def holder(office: GivenOffice) -> str | None:
    id_ = office.customer("K-1").id or 0
    with office.store.read() as session:
        return assigned_to(session, "customer", [id_]).get(id_)


def only(office: GivenOffice, model: type[Any]) -> Any:
    with office.store.read() as session:
        return session.exec(select(model)).one()


def everything(office: GivenOffice) -> list[dict[str, Any]]:
    """All rows among colleagues, without who did it last and when."""
    rows: list[dict[str, Any]] = []
    with office.store.read() as session:
        for model in (Assignment, Resubmission, Memo, StandIn):
            rows += [
                one.model_dump(exclude={"by", "at"})
                for one in session.exec(select(model).order_by(col(model.id)))
            ]
    return rows


def refusal(report: Report) -> str:
    return str(report.refused[0].reason)


def test_a_record_is_handed_over_with_a_note(office: GivenOffice, jo: Colleague) -> None:
    assert jo.on_customer("hand-over", "K-1", to="li", note="kennt sie").refused == ()
    one: Assignment = only(office, Assignment)
    assert (one.kind, one.subject, one.operator, one.by, one.note) == (
        "customer",
        "K-1",
        "li",
        "jo",
        "kennt sie",
    )


def test_it_is_handed_on_and_given_back(office: GivenOffice, jo: Colleague, li: Colleague) -> None:
    jo.on_customer("hand-over", "K-1", to="li")
    li.on_customer("hand-over", "K-1", to="mk")
    assert holder(office) == "mk"
    assert refusal(li.on_customer("give-back", "K-1")) == "mk looks after it."
    jo.on_customer("hand-over", "K-1", to="jo")
    assert jo.on_customer("give-back", "K-1").refused == ()
    assert holder(office) is None
    assert refusal(jo.on_customer("give-back", "K-1")) == "Nobody looks after it."


def test_nothing_is_handed_to_somebody_who_is_not_there(office: GivenOffice, jo: Colleague) -> None:
    for name, sentence in (("wer", "There is no operator wer"), (" ", "Say which operator.")):
        assert sentence in refusal(jo.on_customer("hand-over", "K-1", to=name))
    assert holder(office) is None


def test_what_nobody_has_is_taken_and_what_a_colleague_has_only_on_purpose(
    office: GivenOffice, jo: Colleague, li: Colleague
) -> None:
    assert jo.on_customer("take", "K-1").refused == ()
    assert refusal(jo.on_customer("take", "K-1")) == "jo looks after it already."
    assert refusal(li.on_customer("take", "K-1")).startswith("jo looks after it; --anyway")
    assert li.on_customer("take", "K-1", anyway=True).refused == ()
    assert holder(office) == "li"


def test_a_viewer_takes_nothing(office: GivenOffice) -> None:
    viewer = Colleague(office, "vi", Role.VIEWER)
    with pytest.raises(NotAllowed):
        viewer.on_customer("take", "K-1")


def test_a_record_comes_up_again_on_the_first_of_its_days(office: GivenOffice, jo: Colleague) -> None:
    jo.on_customer("remind", "K-1", on=CHRISTMAS, note="anrufen")
    jo.on_customer("remind", "K-1", on=date(2026, 12, 1), to="li")
    id_ = office.customer("K-1").id or 0
    with office.store.read() as session:
        assert due_days(session, "customer", [id_]) == {id_: date(2026, 12, 1)}
        rows = session.exec(select(Resubmission).order_by(col(Resubmission.id))).all()
    assert [(one.operator, one.due, one.note, one.created_by) for one in rows] == [
        ("jo", CHRISTMAS, "anrufen", "jo"),
        ("li", date(2026, 12, 1), "", "jo"),
    ]


def test_it_does_not_come_up_in_the_past(jo: Colleague) -> None:
    assert refusal(jo.on_customer("remind", "K-1")) == "Say until when."
    assert refusal(jo.on_customer("remind", "K-1", on=date(2026, 11, 22))) == "22.11.2026 is over already."


def test_only_whose_it_is_is_done_with_it_or_puts_it_off(
    office: GivenOffice, jo: Colleague, li: Colleague
) -> None:
    jo.on_customer("remind", "K-1", on=CHRISTMAS)
    assert refusal(li.perform("work", "done", 1)) == "This is jo's."
    assert jo.perform("work", "put-off", 1, until=date(2027, 1, 4)).refused == ()
    assert only(office, Resubmission).due == date(2027, 1, 4)
    assert jo.perform("work", "done", 1).refused == ()
    assert refusal(jo.perform("work", "done", 1)) == "It has ended already."


def test_a_message_is_read_once_by_whom_it_is_for(office: GivenOffice, jo: Colleague, li: Colleague) -> None:
    jo.on_customer("message", "K-1", to="li", text="Bitte ansehen")
    one: Memo = only(office, Memo)
    assert (one.sender, one.recipient, one.text, one.read_at) == ("jo", "li", "Bitte ansehen", None)
    assert refusal(jo.perform("work", "read", 1)) == "This is li's."
    assert li.perform("work", "read", 1).refused == ()
    assert refusal(li.perform("work", "read", 1)) == "It has been read already."


def test_an_empty_message_is_none(jo: Colleague) -> None:
    assert (
        refusal(jo.on_customer("message", "K-1", to="li", text=" ")) == "There is nothing to be read in it."
    )


def test_a_stand_in_may_act_for_the_absent_and_afterwards_no_longer(
    office: GivenOffice, jo: Colleague, li: Colleague
) -> None:
    jo.on_customer("take", "K-1")
    jo.on_customer("remind", "K-1", on=CHRISTMAS)
    jo.on_customer("message", "K-1", to="jo", text="selbst")
    made = stand_in(jo.office, StandingIn("jo", "li", until=date(2026, 11, 27), note="Urlaub"))
    assert li.on_customer("give-back", "K-1").refused == ()
    assert li.perform("work", "read", 1).refused == ()
    assert li.perform("work", "return", made.done[0]).refused == ()
    assert refusal(li.perform("work", "done", 1)) == "This is jo's."


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (StandingIn("jo", "li"), "Say until when."),
        (StandingIn("jo", "jo", until=CHRISTMAS), "Nobody stands in for themselves."),
        (StandingIn("jo", "wer", until=CHRISTMAS), "There is no operator wer"),
        (StandingIn("jo", "li", since=date(2026, 12, 31), until=CHRISTMAS), "end before it begins"),
        (StandingIn("jo", "li", until=CHRISTMAS, note="a\x00"), "cannot be stored"),
    ],
)
def test_a_stand_in_that_makes_no_sense_is_refused(
    office: GivenOffice, jo: Colleague, given: StandingIn, sentence: str
) -> None:
    with pytest.raises(WrongUsage, match=sentence):
        stand_in(jo.office, given)
    assert everything(office) == []


def test_only_an_admin_names_a_stand_in_for_somebody_else(jo: Colleague, mk: Colleague) -> None:
    given = StandingIn("li", "jo", until=CHRISTMAS)
    with pytest.raises(NotAllowed):
        stand_in(jo.office, given)
    assert stand_in(mk.office, given).entry is not None


def test_what_is_handed_over_in_bulk_is_one_entry(office: GivenOffice, jo: Colleague) -> None:
    office.has(*(customer(f"K-{number}") for number in range(2, 302)))
    ids = [office.customer(f"K-{number}").id or 0 for number in range(1, 302)]
    operation = operation_of("customers", "hand-over")
    report = jo.office.perform(operation, ids, operation.parameters(to="li"))
    assert len(report.done) == 301
    undo(office, report.entry or 0)
    with office.store.read() as session:
        assert assigned_to(session, "customer", ids) == {}


DEEDS = {
    "hand over": lambda jo: jo.on_customer("hand-over", "K-1", to="li", note="kennt sie"),
    "take": lambda jo: jo.on_customer("take", "K-1"),
    "give back": lambda jo: (jo.on_customer("take", "K-1"), jo.on_customer("give-back", "K-1"))[-1],
    "remind": lambda jo: jo.on_customer("remind", "K-1", on=CHRISTMAS),
    "message": lambda jo: jo.on_customer("message", "K-1", to="li", text="Bitte ansehen"),
    "stand in": lambda jo: stand_in(jo.office, StandingIn("jo", "li", until=CHRISTMAS)),
    "done": lambda jo: (
        jo.on_customer("remind", "K-1", on=CHRISTMAS),
        jo.perform("work", "done", 1),
    )[-1],
    "put off": lambda jo: (
        jo.on_customer("remind", "K-1", on=CHRISTMAS),
        jo.perform("work", "put-off", 1, until=date(2027, 1, 4)),
    )[-1],
    "read": lambda jo: (
        jo.on_customer("message", "K-1", to="jo", text="x"),
        jo.perform("work", "read", 1),
    )[-1],
    "return": lambda jo: (
        stand_in(jo.office, StandingIn("jo", "li", until=CHRISTMAS)),
        jo.perform("work", "return", 1),
    )[-1],
}


@pytest.mark.parametrize("deed", DEEDS)
def test_all_of_it_can_be_undone_and_done_again(office: GivenOffice, jo: Colleague, deed: str) -> None:
    done = DEEDS[deed](jo)
    assert done.refused == ()
    after = everything(office)
    undone = undo(jo.office, done.entry or 0)
    before = everything(office)
    assert before != after
    redone = undo(jo.office, undone.entry or 0)
    assert everything(office) == after
    undo(jo.office, redone.entry or 0)
    assert everything(office) == before


def test_a_message_that_was_read_is_not_taken_back(office: GivenOffice, jo: Colleague, li: Colleague) -> None:
    sent = jo.on_customer("message", "K-1", to="li", text="Bitte ansehen")
    li.perform("work", "read", 1)
    with pytest.raises(Inapplicable, match="read already"):
        undo(jo.office, sent.entry or 0)


def test_a_hand_over_that_went_on_is_not_undone(office: GivenOffice, jo: Colleague) -> None:
    handed = jo.on_customer("hand-over", "K-1", to="li")
    jo.on_customer("hand-over", "K-1", to="mk")
    with pytest.raises(Inapplicable):
        undo(jo.office, handed.entry or 0)
    assert holder(office) == "mk"


@pytest.mark.parametrize("area", ["customers", "transfers", "arrivals"])
def test_every_area_of_records_has_the_same_operations(area: str) -> None:
    for name in ("hand-over", "take", "give-back", "remind", "message"):
        assert operation_of(area, name).undoable


def test_operators_of_one_name_apart_from_case_are_two(office: GivenOffice, jo: Colleague) -> None:
    assert Operator("JO", Role.CLERK) != Operator("jo", Role.CLERK)
    assert "There is no operator LI" in refusal(jo.on_customer("hand-over", "K-1", to="LI"))
