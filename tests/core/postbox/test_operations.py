"""What operators do to documents: everything can be taken back, and nobody touches what they may not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from core.dossier.entry import About
from core.errors import NotAllowed
from core.operation import NoParameters, Operation, Report, WithReason
from core.operators import Operator, Role, Scope
from core.postbox import operations
from core.postbox.dossier import documents_of
from core.postbox.listing import open_document, select_documents
from core.postbox.operations import DONE, FILE, IMPORT, PROPOSE, PUT_BACK, REOPEN, UNFILE, Filing
from core.postbox.record import DocumentState
from core.postbox.vocabulary import document_vocabulary
from core.postbox.work import open_documents
from core.postbox.worklist import DocumentWorklist
from core.rulebook.condition import ConditionContext, parse
from core.rulebook.worklist import Sort, grouped, stream_ids
from core.staff import give_scope
from core.undo import undo
from core.work.item import Whose
from tests.core.postbox.post import Desk
from tests.support.customers import customer
from tests.support.gdv import gdv_file

CLERK = Operator("cl", Role.CLERK)


@pytest.fixture
def filled(desk: Desk) -> Desk:
    """An office with two customers and an unread letter, on which nobody is proposed."""
    desk.office.has(customer("K-1"), customer("K-2"))
    desk.gets_text("Rundschreiben", title="Rundschreiben")
    desk.examines()
    return desk


def do(desk: Desk, operation: Operation[Any, Any], given: Any = None, ids: Sequence[int] = (1,)) -> Report:
    return desk.office.perform(operation, ids, given)


def state(desk: Desk) -> tuple[str, int | None, str]:
    one = desk.document(1)
    return one.state, one.customer, one.filed_by


DEEDS: dict[str, tuple[list[tuple[Operation[Any, Any], Any]], str]] = {
    "file": ([(FILE, Filing("K-2"))], "filed"),
    "unfile": ([(FILE, Filing("k-1")), (UNFILE, WithReason())], "unread"),
    "done": ([(FILE, Filing("#1")), (DONE, NoParameters())], "done"),
    "reopen": ([(FILE, Filing("K-1")), (DONE, NoParameters()), (REOPEN, NoParameters())], "filed"),
    "put back": ([(PUT_BACK, WithReason("nicht für uns"))], "put-back"),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_done_is_taken_back_and_done_again(filled: Desk, deed: str) -> None:
    steps, after = DEEDS[deed]
    before = state(filled)
    report = Report("")
    for operation, given in steps:
        before, report = state(filled), do(filled, operation, given)
        assert report.refused == ()
    done = state(filled)
    assert done[0] == after
    undone = undo(filled.office, report.entry or 0)
    assert state(filled) == before
    undo(filled.office, undone.entry or 0)
    assert state(filled) == done


def test_every_operation_of_the_post_that_can_be_undone_is_tried(filled: Desk) -> None:
    own = {
        one.name for one in operations.OPERATIONS if one not in operations.AMONG_COLLEAGUES and one.undoable
    }
    tried = {operation.name for steps, _after in DEEDS.values() for operation, _given in steps}
    assert own == tried | {"propose"}


def test_without_a_name_it_is_filed_to_whoever_is_proposed(filled: Desk) -> None:
    id_ = filled.gets_text("Ihre Kundennummer: K-2")
    filled.examines()
    assert do(filled, FILE, ids=[id_]).refused == ()
    one = filled.document(id_)
    assert (one.customer, one.filed_by) == (filled.office.customer("K-2").id, "mk")
    (refused,) = do(filled, FILE).refused
    assert "Nobody is proposed" in str(refused.reason)


def test_filing_finds_the_contract_of_that_customer(filled: Desk) -> None:
    contract = filled.has_contract("4711", "K-2", insurer="5999")
    id_ = filled.gets_text("Anlage", contract_number="47-11", sender="1234")
    filled.examines()
    do(filled, FILE, Filing("K-2"), [id_])
    assert filled.document(id_).contract == contract


def test_what_came_before_the_contracts_is_proposed_anew_and_filed_where_it_is_certain(filled: Desk) -> None:
    id_ = filled.gets_text("Anlage", contract_number="4711")
    filled.examines()
    assert filled.document(id_).customer is None
    filled.has_contract("4711", "K-1")
    report = do(filled, PROPOSE, ids=[id_])
    one = filled.document(id_)
    assert (one.state, one.filed_by) == (DocumentState.FILED, "machine")
    undo(filled.office, report.entry or 0)
    assert filled.document(id_).customer is None


def test_what_an_operator_took_from_a_customer_stays_with_nobody(filled: Desk) -> None:
    filled.has_contract("4711", "K-1")
    id_ = filled.gets_text("Anlage", contract_number="4711")
    filled.examines()
    do(filled, UNFILE, WithReason("falsch"), [id_])
    filled.examines()
    assert (filled.document(id_).state, filled.document(id_).customer) == ("unread", None)


def test_gdv_data_is_offered_to_the_import(filled: Desk) -> None:
    from core.contracts.importing import KIND, apply
    from core.inbox.listing import waiting_of

    id_ = filled.gets(gdv_file({"number": "4711", "customer": "K-1"}), "bestand.pdf", category="999010010")
    filled.examines()
    one = filled.document(id_)
    assert (one.media_type, one.file_name) == ("application/x-gdv", "bestand.gdv")
    assert "0200: 1" in one.text
    do(filled, IMPORT, ids=[id_])
    (arrival,) = waiting_of(filled.office, KIND)
    assert apply(filled.office, arrival).new == 1
    assert "no GDV data" in str(do(filled, IMPORT).refused[0].reason)


# --- commission statements


@pytest.fixture
def statement(filled: Desk) -> int:
    """A commission statement that is filed to K-1; `cl` is a clerk here."""
    id_ = filled.gets_text("Courtage", category="300001000")
    filled.examines()
    do(filled, FILE, Filing("K-1"), [id_])
    filled.employs("cl")
    return id_


def seen_by(desk: Desk, operator: Operator) -> list[int | None]:
    office = desk.office.acting_as(operator)
    return [view.document.id for view in select_documents(office)]


def test_a_commission_statement_is_for_nobody_without_the_permission(filled: Desk, statement: int) -> None:
    clerks = filled.office.acting_as(CLERK)
    assert seen_by(filled, CLERK) == [1]
    with pytest.raises(NotAllowed, match="not for cl"):
        open_document(clerks, statement)
    every = cast("Sequence[Operation[Any, Any]]", operations.OPERATIONS)
    for operation in every:
        report = clerks.perform(operation, [statement], _given(operation))
        assert report.done == (), operation.name
    with filled.office.store.read() as session:
        assert not list(documents_of(session, clerks, About("customer", 1, "K-1")))
        whose = Whose(frozenset({"cl"}), filled.office.today, 100)
        assert [one.record for one in open_documents(session, clerks, whose)] == [1]
        assert list(DocumentWorklist().rows(session, [1, statement])) == [1]


def _given(operation: Operation[Any, Any]) -> Any:
    return operation.parameters(**({"reason": "x"} if operation.needs_reason else {}))


def test_an_admin_gives_the_permission_and_takes_it(filled: Desk, statement: int) -> None:
    give_scope(filled.office, "cl", Scope.COMMISSION)
    assert seen_by(filled, CLERK) == [1, statement]
    give_scope(filled.office, "cl", Scope.COMMISSION, take=True)
    assert seen_by(filled, CLERK) == [1]
    with pytest.raises(NotAllowed):
        give_scope(filled.office.acting_as(CLERK), "cl", Scope.COMMISSION)


# --- lists


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("is:unread", [1, 3]),
        ("zustand:zugeordnet", [2]),
        ("is:urgent", [2]),
        ("sender:5999", [3]),
        ("gesellschaft:muster*", [3]),
        ("kategorie:140*", [2]),
        ("text:*Mahnung*", [2]),
        ("customer:K-1", [2]),
        ("deadline:missing", [1, 3]),
        ("is:overdue", []),
        ("is:open NOT is:damaged", [1, 2, 3]),
        ("file:*.txt", [1, 2, 3]),
    ],
)
def test_conditions_choose_documents_in_lists_and_worklists_alike(
    filled: Desk, condition: str, ids: list[int]
) -> None:
    filled.gets_text("Mahnung", category="140012020")
    filled.gets_text("Police", category="100007000", sender="5999", sender_name="Muster Leben AG")
    filled.examines()
    do(filled, FILE, Filing("K-1"), [2])
    parsed = parse(condition, document_vocabulary())
    assert [view.document.id for view in select_documents(filled.office, parsed)] == ids
    worklist = DocumentWorklist(sees_commission=True)
    context = ConditionContext(filled.office.now, filled.office.today)
    with filled.office.store.read() as session:
        found = [id_ for piece in stream_ids(session, worklist, parsed, context) for id_ in piece]
    assert found == ids


def test_a_worklist_sorts_and_groups(filled: Desk) -> None:
    filled.gets_text("Mahnung", category="140012020", sender="5999", sender_name="Zett AG")
    filled.gets_text("Mahnung 2", category="140012020", sender="5999", sender_name="A AG")
    filled.examines()
    context = ConditionContext(filled.office.now, filled.office.today)
    with filled.office.store.read() as session:
        by_sender = DocumentWorklist(sees_commission=True, grouping="sender")
        for key in by_sender.sorts:
            ids = [id_ for one in stream_ids(session, by_sender, None, context, Sort(key)) for id_ in one]
            assert sorted(ids) == [1, 2, 3]
        groups = {one.key: (one.count, one.condition) for one in grouped(session, by_sender, [1, 2, 3])}
        assert groups == {"5312": (1, "sender:5312"), "5999": (2, "sender:5999")}
        by_category = grouped(session, DocumentWorklist(sees_commission=True), [1, 2, 3])
        assert {one.condition for one in by_category} == {"category:140012020", "category:missing"}
        parse(by_sender.quick('Müller "AG"'), document_vocabulary())


def test_work_begins_with_what_has_to_be_done_first(filled: Desk) -> None:
    filled.gets_text("Zahlen Sie bis zum 30.12.2030", category="140012020")
    urgent = filled.gets_text("Bald", category="140012060")
    filled.examines()
    whose = Whose(frozenset({"mk"}), filled.office.today, 100)
    with filled.office.store.read() as session:
        items = list(open_documents(session, filled.office, whose))
    assert items[0].record == urgent
    assert items[-1].record == 1
    assert "(estimated)" in str(items[0].message)


def test_the_dossier_says_what_is_filed_and_what_is_only_proposed(filled: Desk) -> None:
    do(filled, FILE, Filing("K-1"))
    filled.gets_text("Ihre Kundennummer: K-1", title="Brief", category="140012020")
    filled.examines()
    with filled.office.store.read() as session:
        about = About("customer", filled.office.customer("K-1").id or 0, "K-1")
        titles = [str(one.title) for one in documents_of(session, filled.office, about)]
    assert titles == ["Proposed: Dunning, first premium: Brief", "without a category: Rundschreiben"]
