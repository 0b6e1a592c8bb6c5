"""What can be done to documents: file, unfile, be done, open again, put back, propose anew, import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import Session, col, select

from core.contracts.contract import KIND as CONTRACTS_KIND
from core.contracts.contract import Contract
from core.customers.customer import Customer
from core.errors import Inapplicable, NotFound
from core.inbox.arrival import Arrival, ArrivalState
from core.locale import Message, _
from core.operation import Act, NoParameters, Operation, Reversible, WithReason
from core.postbox.examining import MACHINE
from core.postbox.filing import propose, proposed_columns
from core.postbox.permission import require_visible
from core.postbox.record import Document, DocumentState
from core.postbox.sniffing import MediaType
from core.postbox.vocabulary import KIND
from core.postbox.work import subject_of
from core.text import folded
from core.work.on_records import operations_on

AREA = "postbox"
CONTRACTS_FILE = f"{CONTRACTS_KIND}s"
"""The kind of an arrival that holds contracts."""


@dataclass(frozen=True, slots=True)
class Filing:
    """To whom; whoever is proposed where nobody is named."""

    customer: str = field(
        default="", metadata={"help": _("The customer's number or #ID; else whoever is proposed.")}
    )


def _is_not_done(document: Document) -> Message | None:
    return _("It is done.") if document.state == DocumentState.DONE else None


def _is_filed(document: Document) -> Message | None:
    return None if document.customer is not None else _("It is filed to nobody.")


def _is_put_away(document: Document) -> Message | None:
    away = (DocumentState.DONE, DocumentState.PUT_BACK)
    return None if document.state in away else _("It is open.")


def _is_not_put_back(document: Document) -> Message | None:
    return _("It is put back already.") if document.state == DocumentState.PUT_BACK else None


def _is_free(document: Document) -> Message | None:
    return _("It is filed already.") if document.filed_by else _is_not_done(document)


def _is_gdv(document: Document) -> Message | None:
    return None if document.media_type == MediaType.GDV else _("It is no GDV data.")


def _file(act: Act, document: Document, given: Filing) -> None:
    if given.customer.strip():
        customer: int | None = _customer_named(act.session, given.customer.strip())
    else:
        customer = document.customer
    if customer is None:
        raise Inapplicable(_("Nobody is proposed; say --customer NUMBER."))
    act.change(
        document,
        subject_of(document),
        customer=customer,
        contract=_contract_of(act.session, document, customer),
        state=DocumentState.FILED.value,
        filed_by=act.operator.name,
    )


def _customer_named(session: Session, name: str) -> int:
    by_number = select(Customer.id).where(Customer.number_folded == folded(name))
    if (found := session.exec(by_number.order_by(col(Customer.id)).limit(1)).first()) is not None:
        return found
    digits = name.removeprefix("#")
    if digits != name and digits.isascii() and digits.isdigit() and len(digits) < 18:
        there = session.exec(select(Customer.id).where(Customer.id == int(digits))).first()
        if there is not None:
            return there
    raise NotFound(_("There is no customer {number}.", number=name))


def _contract_of(session: Session, document: Document, customer: int) -> int | None:
    """The contract of this customer that the document names."""
    if not document.contract_key:
        return None
    query = select(Contract.id).where(
        Contract.customer == customer, Contract.number_key == document.contract_key
    )
    return session.exec(query.order_by(col(Contract.id)).limit(1)).first()


def _unfile(act: Act, document: Document, _given: WithReason) -> None:
    act.change(
        document,
        subject_of(document),
        customer=None,
        contract=None,
        state=DocumentState.UNREAD.value,
        filed_by="",
        confidence=0,
        reasons=[],
    )


def _done(act: Act, document: Document, _given: NoParameters) -> None:
    act.change(document, subject_of(document), state=DocumentState.DONE.value)


def _reopen(act: Act, document: Document, _given: NoParameters) -> None:
    filed = bool(document.filed_by and document.customer is not None)
    state = DocumentState.FILED if filed else DocumentState.UNREAD
    act.change(document, subject_of(document), state=state.value)


def _put_back(act: Act, document: Document, _given: WithReason) -> None:
    act.change(document, subject_of(document), state=DocumentState.PUT_BACK.value)


def _propose(act: Act, document: Document, _given: NoParameters) -> None:
    proposal = propose(act.session, document)
    if proposal.customer is None and document.customer is None:
        raise Inapplicable(_("Nothing says whose it is."))
    sure = proposal.customer is not None and proposal.confidence >= act.office.settings.filing_threshold
    filed = {"state": DocumentState.FILED.value, "filed_by": MACHINE} if sure else {}
    act.change(document, subject_of(document), **proposed_columns(proposal), **filed)


def _import(act: Act, document: Document, _given: NoParameters) -> None:
    arrival = Arrival(
        kind=CONTRACTS_FILE,
        state=ArrivalState.STORED,
        name=document.file_name,
        source=f"document {document.id}",
        sha256=document.sha256,
        size=document.size,
        received_by=act.operator.name,
        received_at=act.now,
    )
    act.create(arrival, document.file_name)
    act.change(document, subject_of(document), state=DocumentState.DONE.value)


Run = Callable[[Act, Document, Any], None]


def _for_who_may_see(run: Run) -> Run:
    """Nobody does anything to a document that they may not see."""

    def seen(act: Act, document: Document, given: Any) -> None:
        require_visible(act.session, act.operator, document)
        run(act, document, given)

    return seen


FILE = Operation(
    AREA,
    "file",
    _("File to a customer"),
    Document,
    _is_not_done,
    _for_who_may_see(_file),
    Filing,
    describe=subject_of,
    help=_("Files documents to a customer, or to whoever is proposed."),
)
UNFILE = Operation(
    AREA,
    "unfile",
    _("Take from the customer"),
    Document,
    _is_filed,
    _for_who_may_see(_unfile),
    WithReason,
    describe=subject_of,
    help=_("It is filed to nobody any more and unread; the machine leaves it alone."),
)
DONE = Operation(
    AREA,
    "done",
    _("Done"),
    Document,
    _is_not_done,
    _for_who_may_see(_done),
    NoParameters,
    describe=subject_of,
    help=_("Nothing is left to do about it."),
)
REOPEN = Operation(
    AREA,
    "reopen",
    _("Open again"),
    Document,
    _is_put_away,
    _for_who_may_see(_reopen),
    NoParameters,
    describe=subject_of,
    help=_("Something is left to do after all."),
)
PUT_BACK = Operation(
    AREA,
    "put-back",
    _("Put it back"),
    Document,
    _is_not_put_back,
    _for_who_may_see(_put_back),
    WithReason,
    describe=subject_of,
    needs_reason=True,
    help=_("It cannot be used as it is: damaged, encrypted, not ours."),
)
PROPOSE = Operation(
    AREA,
    "propose",
    _("Propose anew"),
    Document,
    _is_free,
    _for_who_may_see(_propose),
    NoParameters,
    describe=subject_of,
    help=_("Looks again whose it is, for instance after contracts were imported; what is certain is filed."),
)
IMPORT = Operation(
    AREA,
    "import",
    _("Import GDV data"),
    Document,
    _is_gdv,
    _for_who_may_see(_import),
    NoParameters,
    describe=subject_of,
    undoable=False,
    help=_("Has the contracts in it imported."),
)
AMONG_COLLEAGUES = tuple(
    replace(one, run=_for_who_may_see(one.run)) for one in operations_on(AREA, Document, KIND, subject_of)
)
OPERATIONS = (FILE, UNFILE, DONE, REOPEN, PUT_BACK, PROPOSE, IMPORT, *AMONG_COLLEAGUES)
REVERSIBLE = (Reversible(Document),)
