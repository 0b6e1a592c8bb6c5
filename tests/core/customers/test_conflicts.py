"""Import conflicts: corrected here and changed in the source; somebody decides, once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, delete, select

from core.customers.conflicts import note_clashes
from core.customers.customer import Customer, ImportConflict
from core.customers.operations import RESOLVE, Resolving
from core.inbox.arrival import Arrival
from core.operation import Report
from tests.support.broker import BrokerSoftware, conflicts_of, customers_of
from tests.support.customers import customer
from tests.support.examples import fewer
from tests.support.offices import GivenOffice


def town(office: GivenOffice, number: str = "K-1") -> str:
    return customers_of(office)[number].town


def resolve(office: GivenOffice, keep: str, field: str = "") -> Report:
    return office.perform(RESOLVE, [customers_of(office)["K-1"].id or 0], Resolving(keep, field))


def disagreement(office: GivenOffice, broker: BrokerSoftware) -> None:
    """The town was corrected here to Zittau; the source says Plauen now."""
    broker.brings(customer("K-1"))
    office.edit("K-1", town="Zittau")
    broker.brings(customer("K-1", town="Plauen"))


def resolutions(office: GivenOffice) -> list[tuple[str, str]]:
    return [(one.resolution, one.theirs) for one in conflicts_of(office)]


@pytest.mark.parametrize(("keep", "says"), [("ours", "Zittau"), ("theirs", "Plauen")])
def test_once_decided_it_stays_decided(
    office: GivenOffice, broker: BrokerSoftware, keep: str, says: str
) -> None:
    disagreement(office, broker)
    resolve(office, keep)
    assert town(office) == says
    (conflict,) = conflicts_of(office)
    assert (conflict.resolution, conflict.resolved_by, conflict.resolved_at) == (keep, "mk", office.now)
    broker.brings(customer("K-1", town="Plauen"), customer("K-2"))
    assert (town(office), len(conflicts_of(office))) == (says, 1)


def test_an_open_one_is_not_opened_twice(office: GivenOffice, broker: BrokerSoftware) -> None:
    disagreement(office, broker)
    assert broker.brings(customer("K-1", town="Plauen"), customer("K-2")).conflicts == 0
    assert resolutions(office) == [("", "Plauen")]


def test_an_open_one_follows_the_source(office: GivenOffice, broker: BrokerSoftware) -> None:
    disagreement(office, broker)
    assert broker.brings(customer("K-1", town="Bautzen")).conflicts == 0
    assert resolutions(office) == [("", "Bautzen")]
    assert conflicts_of(office)[0].batch == 3


def test_where_the_source_comes_round_all_agree(office: GivenOffice, broker: BrokerSoftware) -> None:
    disagreement(office, broker)
    broker.brings(customer("K-1", town="Zittau"))
    assert resolutions(office) == [("agreed", "Plauen")]
    assert town(office) == "Zittau"


def test_where_the_source_says_again_what_was_corrected_there_is_nothing_to_decide(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    disagreement(office, broker)
    broker.brings(customer("K-1", town="Dresden"))
    assert resolutions(office) == [("withdrawn", "Plauen")]
    assert town(office) == "Zittau"


def test_where_the_operator_comes_round_all_agree(office: GivenOffice, broker: BrokerSoftware) -> None:
    disagreement(office, broker)
    office.edit("K-1", town="Plauen")
    assert resolutions(office) == [("agreed", "Plauen")]
    assert broker.brings(customer("K-1", town="Bautzen")).changed == 1
    assert town(office) == "Bautzen"


def test_one_field_can_be_decided_by_itself(office: GivenOffice, broker: BrokerSoftware) -> None:
    broker.brings(customer("K-1", title=""))
    office.edit("K-1", town="Zittau", title="Dr.")
    broker.brings(customer("K-1", town="Plauen", title="Prof."))
    resolve(office, "theirs", "title")
    assert {one.field: one.resolution for one in conflicts_of(office)} == {"title": "theirs", "town": ""}
    assert customers_of(office)["K-1"].title == "Prof."
    resolve(office, "ours")
    assert {one.field: one.resolution for one in conflicts_of(office)} == {"title": "theirs", "town": "ours"}


def test_some_fields_can_be_decided_together(office: GivenOffice, broker: BrokerSoftware) -> None:
    broker.brings(customer("K-1", title="", salutation="Frau"))
    office.edit("K-1", town="Zittau", title="Dr.", salutation="Herr")
    broker.brings(customer("K-1", town="Plauen", title="Prof.", salutation="Divers"))
    resolve(office, "theirs", "title town")
    open_ones = [one.field for one in conflicts_of(office) if not one.resolution]
    assert (town(office), open_ones) == ("Plauen", ["salutation"])


@pytest.mark.parametrize("given", [("ours", "title"), ("meine", "")])
def test_what_nobody_asked_cannot_be_decided(
    office: GivenOffice, broker: BrokerSoftware, given: tuple[str, str]
) -> None:
    disagreement(office, broker)
    assert len(resolve(office, *given).refused) == 1
    assert resolutions(office) == [("", "Plauen")]


TOWNS = st.sampled_from(["", "Dresden", "Dresden ", "Zittau", "Plauen"])
STEPS = st.lists(
    st.tuples(st.just("source"), TOWNS)
    | st.tuples(st.just("edit"), TOWNS)
    | st.tuples(st.just("resolve"), st.sampled_from(["ours", "theirs"])),
    max_size=6,
)


@given(steps=STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=fewer(5))
def test_whatever_happened_before(
    office: GivenOffice, broker: BrokerSoftware, steps: list[tuple[str, str]]
) -> None:
    """A source that stands still changes nothing; nothing is asked for twice; agreement is the end."""
    _clear(office)
    broker.brings(customer("K-1"))
    said = "Dresden"
    for step, value in steps:
        if step == "source":
            said = value
            broker.brings(customer("K-1", town=value))
        elif step == "edit":
            office.edit("K-1", town=value)
        else:
            resolve(office, value)
        before = town(office)
        repeated = broker.brings(customer("K-1", town=said), customer("K-2", title=str(len(steps))))
        assert town(office) == before
        assert repeated.conflicts == 0
        open_ones = [one for one in conflicts_of(office) if not one.resolution]
        assert len(open_ones) <= 1
        if step == "resolve" or town(office) == said:
            assert open_ones == []
        for one in open_ones:
            assert one.theirs == said
            assert said not in (town(office), one.before)
        assert customers_of(office)["K-1"].source["town"] == said


def _clear(office: GivenOffice) -> None:
    with office.store.write() as session:
        for model in (Customer, ImportConflict, Arrival):
            session.exec(delete(model))


def test_conflicts_of_nobody_are_none(office: GivenOffice) -> None:
    from core.importing.three_way import Merge

    office.has(customer("K-1"))
    with office.store.write() as session:
        one = session.exec(select(Customer)).one()
        assert note_clashes(session, office, one, Merge(agreed=("town",)), 1) == 0
        assert session.exec(select(col(ImportConflict.id))).all() == []
