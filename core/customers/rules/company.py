"""CUS009, CUS010 and CUS017: names, what must be there, and what kind of customer it is."""

from __future__ import annotations

from collections.abc import Iterator

from core.customers.company_name import short_company_name
from core.customers.fields import CustomerFields, Kind
from core.customers.given import Given
from core.customers.rules.book import OWN, RULES, VEMA_HELP
from core.customers.rules.evidence import label, shown
from core.customers.rules.sent import is_sent
from core.locale import Message, _, n_
from core.rulebook.finding import FixKind, Found, Severity, found, safe, unsafe
from core.rulebook.rule import Need
from core.text import folded, is_blank, tidied

_KIND_WORDS = {
    "p": Kind.PRIVATE,
    "privat": Kind.PRIVATE,
    "private": Kind.PRIVATE,
    "privatkunde": Kind.PRIVATE,
    "privatperson": Kind.PRIVATE,
    "person": Kind.PRIVATE,
    "f": Kind.COMPANY,
    "firma": Kind.COMPANY,
    "firmenkunde": Kind.COMPANY,
    "company": Kind.COMPANY,
    "gewerbe": Kind.COMPANY,
    "gewerbekunde": Kind.COMPANY,
    "unternehmen": Kind.COMPANY,
}
_REQUIRED_OF_A_COMPANY = ("company", "street", "town")
_REQUIRED_OF_A_PERSON = ("last_name", "street", "town")


@RULES.rule(
    "CUS009",
    "company-name-first-transfer",
    Severity.INFO,
    source=VEMA_HELP,
    needs={Need.PROFILE, Need.PARTNER, Need.NEIGHBOURS},
    fields=("company",),
)
def company_name_first_transfer(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """A company that the partner does not know yet is first sent with a short name, in full afterwards.

    Why: at the first transfer the partner takes only a few characters of a company's name, later all of it.
    Remedy: nothing has to be done: the short name goes first, the full one follows in a second transfer, and
    the record is never shortened. Where several companies of one postcode would get the same short name, it
    is a warning: choose another one before the first transfer.
    """
    text, limit = customer.company, given.limits.first_company_name
    if len(text) <= limit or not customer.is_company or not is_sent(given, "company"):
        return
    if given.is_first_transfer():
        short = given.short_name or short_company_name(text, limit)
        severity = Severity.WARNING if given.same_short_name > 0 else None
        yield found("company", text, _first_name_sentence(text, short, given), severity=severity)


def _first_name_sentence(text: str, short: str, given: Given) -> Message:
    goes_out = _(
        "Company name “{value}” is longer than {limit} characters: it goes out as “{short}” first, "
        "in full afterwards.",
        value=shown(text),
        limit=given.limits.first_company_name,
        short=shown(short),
    )
    if given.same_short_name <= 0:
        return goes_out
    others = n_(
        "{count} other company of this postcode would have the same short name.",
        "{count} other companies of this postcode would have the same short name.",
        given.same_short_name,
    )
    return _("{sentence} {others}", sentence=goes_out, others=others)


@RULES.rule(
    "CUS010",
    "required-missing",
    Severity.ERROR,
    source=OWN,
    fields=("last_name", "company", "street", "town"),
)
def required_missing(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """A customer has a name (a company its company name, a person the last name), a street and a town.

    Why: without them nobody can be told from anybody else, and the partner can neither file nor write.
    Remedy: complete the record; what consists of blanks only counts as missing.
    """
    for name in _REQUIRED_OF_A_COMPANY if customer.is_company else _REQUIRED_OF_A_PERSON:
        text: str = getattr(customer, name)
        if is_blank(text) and is_sent(given, name):
            yield found(name, text, _("{field} is missing.", field=label(name)))


@RULES.rule(
    "CUS017",
    "kind-contradicts-fields",
    Severity.WARNING,
    source=OWN,
    fix=FixKind.SAFE,
    fields=("kind", "salutation", "birthdate"),
)
def kind_contradicts_fields(customer: CustomerFields, given: Given) -> Iterator[Found]:
    """The kind of customer is P or F (private, company), and the name, salutation and birth date fit it.

    Why: the kind decides which name is sent and which rules hold; the wrong one makes a company of a person.
    Remedy: correct the kind, or move the name into the field where it belongs.
    """
    if not is_sent(given, "kind"):
        return
    kind = customer.kind
    if kind == Kind.PRIVATE:
        yield from _against_a_person(customer)
    elif kind == Kind.COMPANY:
        yield from _against_a_company(customer)
    elif not is_blank(kind):
        yield _unknown_kind(kind)
    elif customer.company and customer.last_name:
        message = _("The kind of customer is not given, and both a company and a last name are.")
        yield found("kind", kind, message)


def _against_a_person(customer: CustomerFields) -> Iterator[Found]:
    if customer.company and is_blank(customer.last_name) and not is_blank(customer.company):
        message = _(
            "Said to be a private customer, but has only a company name “{company}”.",
            company=shown(customer.company),
        )
        yield found("kind", customer.kind, message, unsafe(Kind.COMPANY))
    elif "Firma" in customer.salutation:
        message = _(
            "Said to be a private customer, but the salutation is “{value}”.",
            value=shown(customer.salutation),
        )
        yield found("salutation", customer.salutation, message)


def _against_a_company(customer: CustomerFields) -> Iterator[Found]:
    if customer.last_name and is_blank(customer.company) and not is_blank(customer.last_name):
        message = _(
            "Said to be a company, but has only a last name “{name}”.", name=shown(customer.last_name)
        )
        yield found("kind", customer.kind, message, unsafe(Kind.PRIVATE))
    elif customer.birthdate and not is_blank(customer.birthdate):
        message = _("Said to be a company, but has a birth date “{value}”.", value=shown(customer.birthdate))
        yield found("birthdate", customer.birthdate, message)


def _unknown_kind(kind: str) -> Found:
    known = _KIND_WORDS.get(folded(tidied(kind)))
    message = _("Kind of customer “{value}” is neither P (private) nor F (company).", value=shown(kind))
    return found("kind", kind, message, safe(known) if known else None)
