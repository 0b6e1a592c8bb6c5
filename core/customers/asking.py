"""Asking (Rückfrage): the letter about what only customer or adviser can answer, and the operation ASK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from core.customers import checking
from core.customers.customer import Customer
from core.customers.fields import CustomerFields
from core.customers.given import Given, Limits
from core.customers.names import AREA, KIND
from core.customers.questions import questions_of
from core.customers.review import suppressions_of
from core.customers.sending import customer_limits
from core.errors import Inapplicable, NotFound, WrongUsage
from core.inquiries.due import resubmission_day
from core.inquiries.inquiry import Addressee, Inquiry
from core.inquiries.letter import (
    Draft,
    Person,
    Question,
    Sender,
    adviser_letter,
    adviser_title,
    customer_letter,
    customer_title,
    legible,
)
from core.inquiries.listing import open_inquiries
from core.locale import _
from core.office import Office
from core.operation import Act, Operation, always, need_day
from core.operators import OperatorRow
from core.rulebook.record import Suppression
from core.store.paging import PAGE, pages
from core.text import folded, is_blank


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask, until when to wait for the answer, and the letter where somebody wrote it anew."""

    to: str = field(
        default=Addressee.CUSTOMER.value,
        metadata={
            "help": _("Who is asked: customer or adviser."),
            "choices": tuple(one.value for one in Addressee),
        },
    )
    until: date | None = field(
        default=None, metadata={"help": _("When it comes up again; else as the office has set it.")}
    )
    text: str = field(default="", metadata={"help": _("The letter, instead of the one that is drafted.")})


def draft(
    office: Office, session: Session, customer: Customer, addressee: Addressee, due: date | None = None
) -> Draft:
    """The letter about one customer, as its record stands now; its `questions` may be none."""
    muted = suppressions_of(session, [customer.id or 0]).get(customer.id or 0, [])
    questions = questions_about(customer, customer_limits(office), office.today, addressee, muted)
    return letter(customer, addressee, questions, due or due_day(office), sender_of(office, session))


def draft_for_adviser(office: Office, adviser: str) -> Draft:
    """One letter about all customers of an adviser of whom something is missing.

    Raises NotFound where the adviser has no customer, Inapplicable where nothing is to be asked.
    """
    asked: list[tuple[Person, Sequence[Question]]] = []
    records: list[int] = []
    spelt = ""
    with office.store.read() as session:
        sender = sender_of(office, session)
    for customer, questions in _of_adviser(office, adviser):
        spelt = spelt or legible(customer.adviser)
        if questions:
            asked.append((person_of(customer), questions))
            records.append(customer.id or 0)
    if not spelt:
        raise NotFound(_("No customer has the adviser {adviser}.", adviser=adviser))
    if not asked:
        raise Inapplicable(_("There is nothing to ask {adviser}.", adviser=spelt))
    due = due_day(office)
    every = tuple(one for _person, questions in asked for one in questions)
    return Draft(
        Addressee.ADVISER,
        spelt,
        "",
        adviser_title([person for person, _questions in asked]),
        adviser_letter(spelt, asked, due, sender),
        due,
        every,
        tuple(records),
    )


def _of_adviser(office: Office, adviser: str) -> Iterator[tuple[Customer, tuple[Question, ...]]]:
    limits = customer_limits(office)
    theirs = select(Customer).where(Customer.adviser_folded == folded(adviser))

    def read(session: Session, last: int) -> Sequence[tuple[Customer, list[Suppression]]]:
        page = theirs.where(col(Customer.id) > last).order_by(col(Customer.id)).limit(PAGE)
        found = session.exec(page).all()
        muted = suppressions_of(session, [one.id or 0 for one in found])
        return [(one, muted.get(one.id or 0, [])) for one in found]

    for customer, muted in pages(office.store, read, lambda row: row[0].id or 0, 0):
        yield customer, questions_about(customer, limits, office.today, Addressee.ADVISER, muted)


def questions_about(
    customer: Customer, limits: Limits, today: date, addressee: Addressee, muted: Sequence[Suppression] = ()
) -> tuple[Question, ...]:
    """What this addressee can be asked of a customer as the record stands. Pure."""
    given = Given(today, limits, withheld=customer.withheld_fields)
    findings = checking.check(customer, given, checking.all_rules())
    judged = checking.judge(findings, given, muted)
    return questions_of(customer, [one.finding for one in judged if not one.suppressed], addressee)


def due_day(office: Office) -> date:
    """When an inquiry that is made today comes up again, as the office has set it."""
    return resubmission_day(office.today, office.settings.inquiry_days)


def sender_of(office: Office, session: Session) -> Sender:
    """Who signs: the operator by full name where it is known, and the office as its settings call it."""
    row = session.get(OperatorRow, office.operator.name)
    return Sender(legible(row.full_name) if row else "", legible(office.settings.office_name))


def person_of(customer: CustomerFields) -> Person:
    """A customer as a letter speaks of one."""
    return Person(
        number=legible(customer.number),
        name=legible(customer.display_name),
        salutation=legible(customer.salutation),
        title=legible(customer.title),
        last_name=legible(customer.last_name),
        is_company=customer.is_company,
        place=legible(f"{customer.postcode} {customer.town}"),
    )


def letter(
    customer: Customer, addressee: Addressee, questions: tuple[Question, ...], due: date, sender: Sender
) -> Draft:
    """The letter that asks this addressee these questions about a customer. Pure."""
    person = person_of(customer)
    if addressee is Addressee.ADVISER:
        name, title = legible(customer.adviser), adviser_title([person])
        text = adviser_letter(name, [(person, questions)], due, sender)
        return Draft(addressee, name, "", title, text, due, questions)
    known = legible(customer.email)
    doubted = "@" not in known or any(one.field == "email" for one in questions)
    text = customer_letter(person, questions, due, sender)
    address = "" if doubted else known
    return Draft(addressee, person.name, address, customer_title(person), text, due, questions)


@dataclass(frozen=True)
class _Known:
    """What asking has read for all customers of a transaction."""

    limits: Limits
    sender: Sender
    muted: Mapping[int, Sequence[Suppression]]
    asked: Mapping[int, Sequence[Inquiry]]


def _prepare(act: Act, customers: Sequence[Customer]) -> _Known:
    ids = [one.id or 0 for one in customers]
    return _Known(
        customer_limits(act.office),
        sender_of(act.office, act.session),
        suppressions_of(act.session, ids),
        open_inquiries(act.session, KIND, ids),
    )


def _ask(act: Act, customer: Customer, given: Asking) -> None:
    known: _Known = act.prepared
    id_, addressee = customer.id or 0, _addressee(given.to)
    if addressee is Addressee.ADVISER and is_blank(customer.adviser):
        raise Inapplicable(_("It has no adviser."))
    for one in known.asked.get(id_, ()):
        if one.addressee == addressee:
            raise Inapplicable(_("It was asked already, by {operator}.", operator=one.created_by))
    today = act.office.today
    questions = questions_about(customer, known.limits, today, addressee, known.muted.get(id_, ()))
    if not (questions or given.text.strip()):
        raise Inapplicable(_("Nothing is missing that could be asked for."))
    due = need_day(given.until, today) if given.until else due_day(act.office)
    made = letter(customer, addressee, questions, due, known.sender)
    act.create(_inquiry(act, customer, made, given.text), customer.number)


def _addressee(to: str) -> Addressee:
    try:
        return Addressee(to)
    except ValueError as error:
        raise WrongUsage(_("Say customer or adviser.")) from error


def _inquiry(act: Act, customer: Customer, made: Draft, text: str) -> Inquiry:
    return Inquiry(
        kind=KIND,
        record=customer.id or 0,
        subject=customer.number,
        subject_name=customer.display_name,
        addressee=made.addressee.value,
        adviser=customer.adviser,
        adviser_folded=customer.adviser_folded,
        address=made.address,
        title=made.title,
        text=text if text.strip() else made.text,
        asked=made.asked,
        due=made.due,
        created_by=act.operator.name,
        created_at=act.now,
    )


ASK = Operation(
    AREA,
    "ask",
    _("Ask"),
    Customer,
    always,
    _ask,
    Asking,
    describe=lambda customer: customer.number,
    prepare=_prepare,
    help=_("Drafts a letter on what is missing, to the customer or the adviser, and waits for the answer."),
)
