"""What should be on its way, compared with what is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.locale import _
from core.outbox.planning import Hold, Plan, Wanted, plan
from core.outbox.transfer import OPEN, CauseCode, State, Step, Transfer, fields_as_text

FINDINGS = Hold(CauseCode.FINDINGS, _("Held by {rules}.", rules=("CUS004",)))
OLD, NEW = {"town": "Dresden"}, {"town": "Görlitz"}
IN_FLIGHT = (State.SENDING, State.UNCERTAIN)


def wanted(fields: dict[str, str], step: Step = Step.WHOLE) -> Wanted:
    return Wanted(step, fields)


def transfer(fields: dict[str, str], state: State = State.PENDING, hold: Hold | None = None) -> Transfer:
    one = Transfer(  # pyright: ignore[reportCallIssue]
        state=state, fields=fields_as_text(fields), cause_code=hold.code if hold else "", cause=""
    )
    one.cause = hold.cause.dump() if hold else ""
    return one


def accepted(fields: dict[str, str]) -> str:
    return fields_as_text(fields)


def codes(done: Plan) -> list[str]:
    return [str(code) for _one, code in done.discard]


def test_a_new_payload_starts_a_transfer() -> None:
    assert plan([wanted(NEW)], [], "", None).make == (wanted(NEW),)


def test_a_new_payload_with_findings_starts_a_held_one() -> None:
    assert plan([wanted(NEW)], [], "", FINDINGS).hold == FINDINGS


def test_an_unchanged_payload_starts_none() -> None:
    assert plan([wanted(OLD)], [], accepted(OLD), None) == Plan()


def test_a_changed_payload_of_what_the_partner_has_starts_one() -> None:
    assert plan([wanted(NEW)], [], accepted(OLD), None).make == (wanted(NEW),)


def test_what_an_operator_discarded_is_not_made_again_by_itself() -> None:
    assert plan([wanted(OLD)], [], "", None, last_discarded=accepted(OLD)) == Plan()


def test_what_an_operator_discarded_is_made_when_it_has_changed() -> None:
    assert plan([wanted(NEW)], [], "", None, last_discarded=accepted(OLD)).make == (wanted(NEW),)


def test_what_waits_and_still_fits_stays() -> None:
    there = transfer(OLD)
    assert plan([wanted(OLD)], [there], "", None) == Plan(keep=(there,))


@pytest.mark.parametrize("state", [State.PENDING, State.HELD, State.FAILED])
def test_what_waits_and_no_longer_fits_is_replaced(state: State) -> None:
    done = plan([wanted(NEW)], [transfer(OLD, state)], "", None)
    assert (codes(done), done.make) == (["replaced"], (wanted(NEW),))


@pytest.mark.parametrize("state", IN_FLIGHT)
def test_what_may_be_on_its_way_is_not_replaced_but_looked_at_later(state: State) -> None:
    done = plan([wanted(NEW)], [transfer(OLD, state)], "", None)
    assert (done.discard, done.make, done.later) == ((), (), True)


@pytest.mark.parametrize("state", [State.PENDING, State.HELD, State.FAILED])
def test_what_the_partner_has_already_makes_what_waits_obsolete(state: State) -> None:
    done = plan([wanted(OLD)], [transfer(NEW, state)], accepted(OLD), None)
    assert (codes(done), done.make) == (["obsolete"], ())


@pytest.mark.parametrize("state", IN_FLIGHT)
def test_what_may_be_on_its_way_is_not_withdrawn_either(state: State) -> None:
    done = plan([wanted(OLD)], [transfer(NEW, state)], accepted(OLD), None)
    assert (done.discard, done.later) == ((), True)


def test_nothing_wanted_withdraws_what_waits() -> None:
    assert codes(plan([], [transfer(OLD)], "", None)) == ["obsolete"]


def test_a_finding_holds_what_waits() -> None:
    there = transfer(OLD)
    done = plan([wanted(OLD)], [there], "", FINDINGS)
    assert (done.hold, done.hold_these) == (FINDINGS, (there,))


def test_what_is_held_for_the_same_findings_is_left_alone() -> None:
    assert plan([wanted(OLD)], [transfer(OLD, State.HELD, FINDINGS)], "", FINDINGS).hold_these == ()


def test_what_is_held_for_other_findings_says_so() -> None:
    other = Hold(CauseCode.FINDINGS, _("Held by {rules}.", rules=("CUS002",)))
    there = transfer(OLD, State.HELD, FINDINGS)
    assert plan([wanted(OLD)], [there], "", other).hold_these == (there,)


def test_what_findings_held_goes_when_they_are_gone() -> None:
    there = transfer(OLD, State.HELD, FINDINGS)
    assert plan([wanted(OLD)], [there], "", None).let_go == (there,)


@pytest.mark.parametrize("code", [CauseCode.OPERATOR, CauseCode.UNSENDABLE, CauseCode.WORKER_DIED])
def test_what_was_held_for_another_reason_stays_held(code: CauseCode) -> None:
    there = transfer(OLD, State.HELD, Hold(code, _("so")))
    assert plan([wanted(OLD)], [there], "", None).let_go == ()
    assert plan([wanted(OLD)], [there], "", FINDINGS).hold_these == ()


def test_the_successor_of_what_an_operator_held_is_held_too() -> None:
    by_hand = Hold(CauseCode.OPERATOR, _("so"))
    done = plan([wanted(NEW)], [transfer(OLD, State.HELD, by_hand)], "", None)
    assert done.hold == by_hand


def test_findings_do_not_touch_what_has_failed() -> None:
    assert plan([wanted(OLD)], [transfer(OLD, State.FAILED)], "", FINDINGS).hold_these == ()


def test_both_steps_of_a_long_name_are_made_together() -> None:
    both = [wanted(OLD, Step.SHORT), wanted(NEW, Step.FULL)]
    assert plan(both, [], "", None).make == tuple(both)


def test_the_second_step_stays_when_the_first_is_delivered() -> None:
    second = transfer(NEW)
    assert plan([wanted(NEW)], [second], accepted(OLD), None) == Plan(keep=(second,))


def test_a_company_that_is_known_after_all_goes_out_in_one_step() -> None:
    both = [transfer(OLD), transfer(NEW)]
    done = plan([wanted(NEW)], both, "", None)
    assert (codes(done), done.make) == (["replaced", "replaced"], (wanted(NEW),))


@dataclass(frozen=True)
class Situation:
    wanted: tuple[Wanted, ...]
    present: tuple[Transfer, ...]
    accepted: str
    hold: Hold | None
    discarded: str


PAYLOADS = st.sampled_from([OLD, NEW, {"town": "Zwickau"}])
HOLDS = st.one_of(
    st.none(),
    st.builds(
        lambda code: Hold(code, _("so")), st.sampled_from([CauseCode.FINDINGS, CauseCode.FIRST_UNKNOWN])
    ),
)
CODES = st.sampled_from(["", *CauseCode])
TRANSFERS = st.builds(
    lambda fields, state, code: transfer(fields, state, Hold(CauseCode(code), _("so")) if code else None),
    PAYLOADS,
    st.sampled_from(OPEN),
    CODES,
)
TEXTS = st.one_of(st.just(""), PAYLOADS.map(accepted))
SITUATIONS = st.builds(
    Situation,
    st.lists(PAYLOADS.map(wanted), min_size=1, max_size=2).map(tuple),
    st.lists(TRANSFERS, max_size=3).map(tuple),
    TEXTS,
    HOLDS,
    TEXTS,
)


def planned(there: Situation) -> Plan:
    return plan(there.wanted, there.present, there.accepted, there.hold, there.discarded)


@given(there=SITUATIONS)
def test_nothing_that_may_be_on_its_way_is_ever_touched(there: Situation) -> None:
    done = planned(there)
    touched = [one for one, _code in done.discard] + [*done.hold_these, *done.let_go]
    assert not [one for one in touched if one.state in IN_FLIGHT]


@given(there=SITUATIONS)
def test_what_is_made_takes_the_place_of_everything_else(there: Situation) -> None:
    done = planned(there)
    if done.make:
        assert [one for one, _code in done.discard] == list(there.present)


@given(there=SITUATIONS)
def test_what_the_partner_has_is_never_made(there: Situation) -> None:
    assert there.accepted not in [one.text for one in planned(there).make[-1:]]


@given(there=SITUATIONS)
def test_what_waits_with_the_same_payload_is_not_made_again(there: Situation) -> None:
    if [one.text for one in there.wanted] == [one.fields for one in there.present]:
        assert planned(there).make == ()


@given(there=SITUATIONS)
def test_a_hold_is_never_lost_on_the_way(there: Situation) -> None:
    done = planned(there)
    if there.hold is not None:
        assert not done.let_go
        by_hand = any((one.state, one.cause_code) == ("held", "operator") for one in there.present)
        assert not done.make or (done.hold and done.hold.code == ("operator" if by_hand else there.hold.code))


def test_what_an_operator_holds_stays_held_though_its_record_changes_and_is_faulty() -> None:
    held = transfer(OLD, State.HELD, Hold(CauseCode.OPERATOR, _("disputed")))
    done = plan([wanted(NEW)], [held], "", Hold(CauseCode.FINDINGS, _("faulty")))
    assert done.hold is not None
    assert done.hold.code == CauseCode.OPERATOR
