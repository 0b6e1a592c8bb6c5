"""What the dialog Rückfrage reads and does; no widget here, so that all of it runs in threads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from core.errors import NotFound, WrongUsage
from core.locale import _
from core.text import visible

if TYPE_CHECKING:
    from core.inquiries.inquiry import Addressee, Inquiry
    from core.inquiries.letter import Draft
    from core.office import Office
    from core.operation import Operation, Report


@dataclass(frozen=True, slots=True)
class Letter:
    """A customer, what would be asked of it, and the inquiry that waits for an answer already."""

    customer: int
    number: str
    name: str
    adviser: str
    draft: Draft
    waits: Inquiry | None = None

    @property
    def text(self) -> str:
        """What was asked; else what would be."""
        return self.waits.text if self.waits is not None else self.draft.text

    @property
    def due(self) -> date:
        """When it comes up again."""
        return self.waits.due if self.waits is not None else self.draft.due


def read_letter(office: Office, customer: int, to: Addressee, due: date | None = None) -> Letter:
    """The letter about a customer as it stands now. Raises NotFound, DatabaseUnavailable."""
    from core.customers.asking import draft
    from core.customers.customer import Customer
    from core.customers.names import KIND
    from core.inquiries.listing import open_inquiries

    with office.store.read() as session:
        one = session.get(Customer, customer)
        if one is None:
            raise NotFound(_("It is no longer there."))
        made = draft(office, session, one, to, due)
        waiting = open_inquiries(session, KIND, [customer]).get(customer, [])
    waits = next((inquiry for inquiry in waiting if inquiry.addressee == to), None)
    return Letter(customer, visible(one.number), one.display_name, one.adviser.strip(), made, waits)


def first_letter(office: Office, customer: int) -> Letter:
    """To whom there is an open inquiry; else to the customer, or the adviser where only that one can help."""
    from core.inquiries.inquiry import Addressee

    to_customer = read_letter(office, customer, Addressee.CUSTOMER)
    if to_customer.waits is not None:
        return to_customer
    to_adviser = read_letter(office, customer, Addressee.ADVISER)
    only_one = to_adviser.adviser and to_adviser.draft.questions and not to_customer.draft.questions
    return to_adviser if to_adviser.waits is not None or only_one else to_customer


def ask(office: Office, letter: Letter, text: str, due: date | None) -> Report:
    """Notes that the customer, or its adviser, is asked with this text. Raises what `perform` does."""
    from core.customers.asking import ASK, Asking

    # what nobody has changed is drafted anew: the record may have moved on
    own = "" if text.strip() == letter.draft.text.strip() else text
    return office.perform(ASK, [letter.customer], Asking(letter.draft.addressee.value, due, own))


def settle(office: Office, letter: Letter, operation: Operation[Any, Any], given: Any = None) -> Report:
    """Ends or postpones the inquiry that is waited for. Raises WrongUsage where there is none."""
    if letter.waits is None:
        raise WrongUsage(_("No answer is waited for."))
    return office.perform(operation, [letter.waits.id or 0], given)


def read_adviser_letter(office: Office, adviser: str) -> Draft:
    """One letter about all customers of an adviser. Raises NotFound, Inapplicable, DatabaseUnavailable."""
    from core.customers.asking import draft_for_adviser

    return draft_for_adviser(office, adviser)
