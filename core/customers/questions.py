"""What customers and advisers are asked: the question behind the findings of each rule, in plain German.

German only, like the letter that the questions stand in (`core.inquiries.letter`). What can be put right
without asking (a safe fix, hidden characters, a limit of the partner) is the office's own affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from core.customers.fields import FIELD_BY_ATTRIBUTE, CustomerFields
from core.inquiries.inquiry import Addressee
from core.inquiries.letter import Question, quoted
from core.rulebook.finding import Finding, FixKind
from core.text import compacted, is_blank

LABELS: Mapping[str, str] = {
    "postcode": "Postleitzahl",
    "kind": "Privat- oder Firmenkunde",
    "email": "E-Mail-Adresse",
    "phone": "Telefonnummer",
    "mobile": "Mobilnummer",
    "company": "Name der Firma",
}
MISSING = "Diese Angabe fehlt uns noch."
HOUSE_RULES = "LOC"
"""With this the ids of an office's own rules begin."""
_FOREIGN_IBAN = re.compile(r"(?!DE)[A-Z]{2}[0-9]{2}[0-9A-Z]{8,30}")

Ask = Callable[[CustomerFields, Finding], str]


def questions_of(
    customer: CustomerFields, findings: Iterable[Finding], addressee: Addressee
) -> tuple[Question, ...]:
    """What this addressee can be asked of a customer: one question a field, in the order of the findings."""
    asked: dict[str, Question] = {}
    for finding in findings:
        question = question_of(customer, finding)
        if question is not None and (addressee is Addressee.ADVISER or not question.of_adviser_only):
            asked.setdefault(question.field, question)
    return tuple(asked.values())


def question_of(customer: CustomerFields, finding: Finding) -> Question | None:
    """The question behind a finding; None where nobody outside the office can help."""
    if finding.fix_kind is FixKind.SAFE:
        return None
    ask = QUESTIONS.get(finding.rule) or (_is_it_right if finding.rule.startswith(HOUSE_RULES) else None)
    text = ask(customer, finding) if ask else ""
    if not text:
        return None
    return Question(
        finding.field, finding.rule, label(finding.field), text, finding.rule in FOR_ADVISERS_ONLY
    )


def label(field: str) -> str:
    """How a letter calls a field."""
    known = FIELD_BY_ATTRIBUTE.get(field)
    return LABELS.get(field) or (known.german if known else "Angaben")


def _stands(finding: Finding, otherwise: str) -> str:
    """What stands there and is wrong, with the right value where the rules guess one."""
    guess = f" Ist {quoted(finding.fix.text)} gemeint?" if finding.fix else ""
    return f"Bei uns steht {quoted(finding.value)}{otherwise}{guess}"


def _postcode(_customer: CustomerFields, finding: Finding) -> str:
    if is_blank(finding.value):
        return MISSING
    return _stands(finding, "; eine deutsche Postleitzahl hat fünf Ziffern.")


def _iban_length(_customer: CustomerFields, finding: Finding) -> str:
    if _FOREIGN_IBAN.fullmatch(compacted(finding.value).upper()):
        return ""
    return f"{_iban_stands(finding)}; eine deutsche IBAN hat 22 Stellen, DE und zwanzig Ziffern."


def _iban_checksum(_customer: CustomerFields, finding: Finding) -> str:
    return f"{_iban_stands(finding)}; mindestens eine Stelle kann nicht stimmen."


def _iban_bank(_customer: CustomerFields, finding: Finding) -> str:
    return f"{_iban_stands(finding)}; eine Bank oder ein Konto dazu ist uns nicht bekannt."


def _iban_stands(finding: Finding) -> str:
    """An account number does not travel whole in a letter that may be an open mail."""
    text = compacted(finding.value)
    shown = f"{text[:4]} … {text[-4:]}" if len(text) > 10 else text
    return f"Bei uns steht {quoted(shown)}"


def _birthdate(customer: CustomerFields, finding: Finding) -> str:
    return "" if customer.is_company else _stands(finding, "; das ist kein Tag im Kalender.")


def _implausible_birthdate(_customer: CustomerFields, finding: Finding) -> str:
    return MISSING if is_blank(finding.value) else _stands(finding, "; das kann nicht stimmen.")


def _required(_customer: CustomerFields, finding: Finding) -> str:
    return MISSING if is_blank(finding.value) else ""


def _choice(_customer: CustomerFields, finding: Finding) -> str:
    return "" if finding.fix else _stands(finding, "; welche Angabe ist richtig?")


def _email(_customer: CustomerFields, finding: Finding) -> str:
    return _stands(finding, "; das ist keine vollständige Adresse.")


def _phone(_customer: CustomerFields, finding: Finding) -> str:
    return _stands(finding, "; das ist keine vollständige Rufnummer.")


def _country(_customer: CustomerFields, finding: Finding) -> str:
    return MISSING if is_blank(finding.value) else ""


def _kind(customer: CustomerFields, finding: Finding) -> str:
    if finding.field != "kind":
        kind = "Firma" if customer.is_company else "Privatperson"
        return f"Bei uns steht {quoted(finding.value)}, geführt wird aber eine {kind}; was ist richtig?"
    return "Handelt es sich um eine Privatperson oder um eine Firma?"


def _lost_character(_customer: CustomerFields, finding: Finding) -> str:
    return _stands(finding, "; wie schreibt es sich richtig?") if "\ufffd" in finding.value else ""


def _is_it_right(_customer: CustomerFields, finding: Finding) -> str:
    return MISSING if is_blank(finding.value) else _stands(finding, "; ist das richtig?")


QUESTIONS: Mapping[str, Ask] = {
    "CUS002": _postcode,
    "CUS004": _iban_length,
    "CUS005": _iban_checksum,
    "CUS006": _iban_bank,
    "CUS007": _birthdate,
    "CUS008": _implausible_birthdate,
    "CUS010": _required,
    "CUS013": _choice,
    "CUS014": _email,
    "CUS015": _phone,
    "CUS016": _country,
    "CUS017": _kind,
    "CUS018": _lost_character,
}
FOR_ADVISERS_ONLY = frozenset({"CUS013", "CUS017"})
OUR_OWN_AFFAIR = frozenset(
    {
        "CUS001",  # hidden characters: nobody outside could see them
        "CUS003",  # a hint from a list
        "CUS009",  # how a partner wants long names
        "CUS011",  # numbers at the partner
        "CUS012",  # which of two records is the one to keep
        "CUS019",  # how much the partner takes
    }
)
