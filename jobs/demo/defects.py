"""The defects of the demo's customers: each of the seed's causes of refusal, in known numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from jobs.demo.people import Text

REFUSED_TITLE = "Dr. habil."
"""What the demo's VEMA refuses without saying why."""


class Repair(StrEnum):
    """How the demo's operator repairs it."""

    NONE = "none"
    FIX = "fix"
    WITHHOLD = "withhold"
    EDIT_TITLE = "edit title"


@dataclass(frozen=True, slots=True)
class Defect:
    """One kind of defect: how many in a thousand have it, whom it fits, what it does, how it is mended."""

    name: str
    per_mille: int
    fits: Callable[[Text], bool]
    spoil: Callable[[Text], Text]
    repair: Repair = Repair.NONE


def _private(text: Text) -> bool:
    return text["kind"] == "P"


def _with_iban(text: Text) -> bool:
    return bool(text.get("iban"))


def _any(_text: Text) -> bool:
    return True


def _wrong_check_digits(iban: str) -> str:
    return f"DE{(int(iban[2:4]) + 1) % 97 + 2:02}{iban[4:]}"


DEFECTS: tuple[Defect, ...] = (
    Defect("blank-before-name", 10, _private, lambda t: {"last_name": " " + t["last_name"]}, Repair.FIX),
    Defect("blank-behind-town", 10, _any, lambda t: {"town": t["town"] + " "}, Repair.FIX),
    Defect("zero-width-in-street", 5, _any, lambda t: {"street": t["street"] + "\u200b"}, Repair.FIX),
    Defect("no-break-space", 5, _any, lambda t: {"street": "Am\u00a0" + t["street"]}, Repair.FIX),
    Defect("postcode-lost-zero", 8, _any, lambda _t: {"postcode": "1067", "town": "Dresden"}),
    Defect("postcode-with-country", 8, _any, lambda t: {"postcode": "D-" + t["postcode"]}, Repair.FIX),
    Defect("iban-in-groups", 10, _with_iban, lambda t: {"iban": _in_groups(t["iban"])}, Repair.FIX),
    Defect("iban-too-short", 6, _with_iban, lambda t: {"iban": t["iban"][:21]}),
    Defect("iban-foreign", 6, _with_iban, lambda _t: {"iban": "AT611904300234573201"}, Repair.WITHHOLD),
    Defect("iban-wrong-digits", 6, _with_iban, lambda t: {"iban": _wrong_check_digits(t["iban"])}),
    Defect("birthdate-iso", 10, _private, lambda t: {"birthdate": _iso(t["birthdate"])}, Repair.FIX),
    Defect("birthdate-impossible", 5, _private, lambda _t: {"birthdate": "31.02.1968"}),
    Defect("birthdate-in-future", 5, _private, lambda _t: {"birthdate": "01.05.2077"}),
    Defect("street-missing", 6, _any, lambda _t: {"street": ""}),
    Defect("refused-title", 10, _private, lambda _t: {"title": REFUSED_TITLE}, Repair.EDIT_TITLE),
)


def _in_groups(iban: str) -> str:
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def _iso(date: str) -> str:
    day, month, year = date.split(".")
    return f"{year}-{month}-{day}"


def numbers_of(customers: int) -> dict[str, int]:
    """How many customers get each defect, in an office of this size; at least one of each."""
    return {defect.name: max(1, round(customers * defect.per_mille / 1000)) for defect in DEFECTS}


def spread(people: list[Text], seed: int) -> dict[str, Defect]:
    """Gives defects to customers, one at most each; answers who has which, by number."""
    chance = random.Random(seed)
    healthy = list(range(len(people)))
    chance.shuffle(healthy)
    given: dict[str, Defect] = {}
    for defect in DEFECTS:
        wanted = numbers_of(len(people))[defect.name]
        for position in [one for one in healthy if defect.fits(people[one])][:wanted]:
            healthy.remove(position)
            people[position] |= defect.spoil(people[position])
            given[people[position]["number"]] = defect
    return given
