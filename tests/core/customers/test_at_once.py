"""Several at once: imports, operators, reviews. Nothing is done twice, lost, or waited for for ever."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from threading import Barrier, Event

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from core.customers import review
from core.customers.customer import Customer
from core.customers.importing import KIND, Counts, apply
from core.customers.operations import EDIT, SEND, Editing
from core.customers.review import review_stale
from core.errors import Inapplicable, NotFound
from core.importing import applying
from core.inbox.receive import receive_file
from core.journal import verify
from core.operation import WithReason
from core.operators import Operator, Role
from core.outbox.operations import HOLD, RELEASE, RETRY, Releasing
from core.outbox.transfer import ENDED, Transfer
from core.undo import last_undoable, undo
from tests.support.broker import BrokerSoftware, arrivals_of, conflicts_of, customers_of
from tests.support.customers import company, customer
from tests.support.offices import GivenOffice, OpenAnOffice
from tests.support.waiting import InBackground, wait_until

ROWS = 23


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transactions of five rows, so that there are many of them."""
    monkeypatch.setattr(applying, "CHUNK", 5)
    monkeypatch.setattr(review, "CHUNK", 5)


@pytest.fixture
def colleague(office: GivenOffice, open_an_office: OpenAnOffice) -> GivenOffice:
    """The same office, opened by another process."""
    return open_an_office(send="chosen", account=False)


def many(**fields: str) -> list[dict[str, str]]:
    return [customer(f"K-{number}", **fields) for number in range(ROWS)]


def together(*work: Callable[[], object]) -> None:
    """Does all this at once; the first error is raised."""
    start = Barrier(len(work))

    def started(one: Callable[[], object]) -> Callable[[], object]:
        def run() -> object:
            start.wait(10)
            return one()

        return run

    for running in [InBackground(started(one)) for one in work]:
        running.result()


# --- files


def test_the_same_file_received_and_imported_twice_at_once(
    office: GivenOffice, colleague: GivenOffice, broker: BrokerSoftware
) -> None:
    path = broker.exports(*many())
    together(broker.imports_by(office, path), broker.imports_by(colleague, path))
    assert len(customers_of(office)) == ROWS
    assert all(one.revision == 1 for one in customers_of(office).values())
    assert {one.state for one in arrivals_of(office)} == {"applied"}
    counted = [Counts.of(one.counts) for one in arrivals_of(office)]
    assert sum(one.new for one in counted) == ROWS
    assert all(one.rows == ROWS and one.quarantined == 0 for one in counted)


def test_one_arrival_applied_by_two_is_counted_once(
    office: GivenOffice, colleague: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.folder.joinpath("bad.csv").write_bytes(broker.exports(*many()).read_bytes() + b"K-X\r\n")
    arrival = receive_file(office, KIND, broker.folder / "bad.csv").arrival
    together(lambda: apply(office, arrival), lambda: apply(colleague, arrival))
    counts = Counts.of(arrivals_of(office)[0].counts)
    assert (counts.rows, counts.new, counts.quarantined) == (ROWS + 1, ROWS, 1)
    assert len(customers_of(office)) == ROWS
    assert len(arrivals_of(office)) == 2


def test_two_exports_with_the_same_new_customers(
    office: GivenOffice, colleague: GivenOffice, broker: BrokerSoftware
) -> None:
    first = broker.exports(*many(title="Dr."), name="a.csv")
    second = broker.exports(*many(title="Prof."), name="b.csv")
    older = receive_file(office, KIND, first).arrival
    newer = receive_file(office, KIND, second).arrival
    together(lambda: apply(office, older), lambda: apply(colleague, newer))
    assert [one.title for one in customers_of(office).values()] == ["Prof."] * ROWS
    assert conflicts_of(office) == []


class PowerCut(BaseException):
    """The machine stops."""


def test_an_import_that_was_killed_goes_on_where_it_was(office: GivenOffice, broker: BrokerSoftware) -> None:
    arrival = receive_file(office, KIND, broker.exports(*many(), customer("K-0"))).arrival

    def cut(_read: int, _size: int) -> None:
        if len(customers_of(office)) == 10:
            raise PowerCut

    with pytest.raises(PowerCut):
        apply(office, arrival, cut)
    assert arrivals_of(office)[0].state == "stored"
    assert office.run("apply-arrivals").counts["new"] == ROWS
    counts = Counts.of(arrivals_of(office)[0].counts)
    assert (counts.rows, counts.new, counts.quarantined) == (ROWS + 1, ROWS, 1)
    assert {one.revision for one in customers_of(office).values()} == {1}


def test_an_import_that_died_within_a_piece_has_not_done_it(
    office: GivenOffice, broker: BrokerSoftware, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrival = receive_file(office, KIND, broker.exports(*many())).arrival
    settle = applying.settle_rows

    def die(*_arguments: object) -> int:
        raise PowerCut

    monkeypatch.setattr(applying, "settle_rows", die)
    with pytest.raises(PowerCut):
        apply(office, arrival)
    assert customers_of(office) == {}
    monkeypatch.setattr(applying, "settle_rows", settle)
    assert apply(office, arrival).new == ROWS


def test_an_edit_while_an_import_runs_is_neither_lost_nor_in_its_way(
    office: GivenOffice, colleague: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.brings(*many())
    path = broker.exports(*many(town="Plauen"))
    arrival = receive_file(office, KIND, path).arrival
    under_way, go_on = Event(), Event()

    def wait(_read: int, _size: int) -> None:
        under_way.set()
        go_on.wait(10)

    importing_now = InBackground(lambda: apply(office, arrival, wait))
    assert under_way.wait(10)
    before, after = "K-0", f"K-{ROWS - 1}"
    assert colleague.customer(before).town == "Plauen"
    assert colleague.customer(after).town == "Dresden"
    for number in (before, after):
        assert colleague.edit(number, town="Zittau", title="Dr.").done
    go_on.set()
    counts = importing_now.result()
    assert (counts.changed, counts.conflicts) == (ROWS - 1, 1)
    assert [office.customer(number).town for number in (before, after)] == ["Zittau", "Zittau"]
    (conflict,) = conflicts_of(office)
    assert (conflict.customer, conflict.theirs) == (office.customer(after).id, "Plauen")
    assert office.customer(after).title == "Dr."


def test_a_number_mended_in_the_source_while_somebody_edits_the_customer(
    office: GivenOffice, colleague: GivenOffice, broker: BrokerSoftware
) -> None:
    broker.brings(customer("K-1 "))
    office.edit("K-1 ", number="K-1")
    path = broker.exports({**customer("K-1 "), "number": "K-1", "town": "Plauen"})
    edited, go_on = Event(), Event()

    def edit() -> None:
        with colleague.store.write() as session:
            one = session.exec(select(Customer).with_for_update()).one()
            one.town = "Zittau"
            session.flush()
            edited.set()
            go_on.wait(10)

    editing = InBackground(edit)
    assert edited.wait(10)
    importing_now = InBackground(broker.imports_by(office, path))
    if not office.store.is_sqlite:
        wait_until(lambda: _somebody_waits(office))
    go_on.set()
    editing.result()
    assert importing_now.result().conflicts == 1
    assert [(key, one.town) for key, one in customers_of(office).items()] == [("K-1", "Zittau")]


def _somebody_waits(office: GivenOffice) -> bool:
    locks = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with office.store.read() as session:
        return bool(session.connection().execute(locks).scalar_one())


# --- operators


def test_of_two_who_saw_the_same_revision_one_is_told_to_look_again(
    office: GivenOffice, colleague: GivenOffice
) -> None:
    office.has(customer("K-1"))
    seen = office.customer("K-1")
    done: list[int] = []

    def edit(by: GivenOffice, town: str) -> Callable[[], object]:
        given = Editing({"town": town}, seen.revision)
        return lambda: done.append(len(by.perform(EDIT, [seen.id or 0], given).done))

    together(edit(office, "Zittau"), edit(colleague, "Plauen"))
    assert sorted(done) == [0, 1]
    assert office.customer("K-1").revision == seen.revision + 1


def test_two_who_send_the_same_customers_make_one_transfer_each(
    office: GivenOffice, colleague: GivenOffice
) -> None:
    office.has(*many())
    ids = [one.id or 0 for one in customers_of(office).values()]
    together(lambda: office.perform(SEND, ids), lambda: colleague.perform(SEND, ids[::-1]))
    assert len(office.transfers()) == ROWS


def test_an_operation_is_undone_once_however_many_try(office: GivenOffice, colleague: GivenOffice) -> None:
    office.has(*many())
    entry = office.perform(
        EDIT, [one.id or 0 for one in customers_of(office).values()], Editing({"town": "Zittau"})
    ).entry
    undone: list[int] = []

    def take_back(by: GivenOffice) -> Callable[[], None]:
        def try_it() -> None:
            with suppress(Inapplicable):
                undone.append(len(undo(by, entry or 0).done))

        return try_it

    together(take_back(office), take_back(colleague))
    assert undone == [ROWS]
    assert {one.town for one in customers_of(office).values()} == {"Dresden"}


# --- everybody


def test_nobody_waits_for_somebody_who_waits_for_him(
    office: GivenOffice, open_an_office: OpenAnOffice, broker: BrokerSoftware, tmp_path: Path
) -> None:
    """An import, reviews, edits, operations on transfers and undos, all on the same customers."""
    everybody = [*many(), *(company(f"F-{number}", f"Sächsische Bau {number}") for number in range(6))]
    broker.brings(*everybody)
    office.recheck()
    ids = [one.id or 0 for one in customers_of(office).values()]
    office.acting_as(Operator("kb", Role.CLERK)).perform(SEND, ids)

    def edits(by: GivenOffice, chance: Random) -> None:
        chosen = chance.sample(ids, 12)
        by.perform(EDIT, chosen, Editing({"title": chance.choice(["", "Dr.", "Prof."])}))

    def reviews(by: GivenOffice, chance: Random) -> None:
        with by.store.write() as session:
            for one in session.exec(select(Customer).order_by(col(Customer.id)).with_for_update()):
                one.checked_by = "" if chance.random() < 0.5 else one.checked_by
        for _done in review_stale(by):
            pass

    def transfers(by: GivenOffice, chance: Random) -> None:
        with by.store.read() as session:
            query = select(Transfer.id).where(col(Transfer.state).not_in(ENDED))
            waiting = [one or 0 for one in session.exec(query)]
        chosen = chance.sample(waiting, min(12, len(waiting)))
        by.perform(HOLD, chosen, WithReason("warten"))
        by.perform(RETRY, chosen)
        by.perform(RELEASE, chosen, Releasing("weiter"))

    def imports(by: GivenOffice, chance: Random) -> None:
        theirs = BrokerSoftware(by, tmp_path)
        rows = [{**one, "street": chance.choice(["Lindenweg", "Am Bühl"])} for one in everybody]
        theirs.imports(theirs.exports(*chance.sample(rows, len(rows)), name=f"{chance.random()}.csv"))

    def undoes(by: GivenOffice, _chance: Random) -> None:
        with by.store.read() as session:
            last = last_undoable(session, by.operator.name).entry
        with suppress(Inapplicable, NotFound):
            undo(by, last.id or 0 if last else 0)

    def again_and_again(what: Callable[[GivenOffice, Random], None], seed: int) -> Callable[[], None]:
        by, chance = open_an_office(send="chosen", account=False), Random(seed)

        def work() -> None:
            for _time in range(5):
                what(by, chance)

        return work

    together(
        *(
            again_and_again(what, seed)
            for seed, what in enumerate(
                (edits, edits, reviews, reviews, transfers, transfers, imports, undoes)
            )
        )
    )
    for _done in review_stale(office):
        pass
    with office.store.read() as session:
        assert list(verify(session)) == []
    assert len(customers_of(office)) == len(everybody)
    assert _open_transfers(office) == dict.fromkeys(ids, 1)


def _open_transfers(office: GivenOffice) -> dict[int, int]:
    counted: dict[int, int] = {}
    for one in office.transfers():
        if one.is_open:
            counted[one.subject_id] = counted.get(one.subject_id, 0) + 1
    return counted
