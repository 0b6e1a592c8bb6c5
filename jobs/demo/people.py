"""Made-up customers (Faker, de_DE, seeded): the same seed gives the same people, to the letter."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from core.customers.rules.banks import Verdict, verdict

Text = dict[str, str]

ADVISERS = ("Brandt, Jule", "Okafor, Nils", "Wiedemann, Ida", "Yıldız, Can")
COMPANY_FORMS = ("GmbH", "GmbH & Co. KG", "AG", "e. K.", "OHG", "UG (haftungsbeschränkt)")
TRADES = ("Elektro", "Garten", "Möbel", "Fahrrad", "Bäckerei", "Dach", "Optik", "Apotheke", "Druck", "Metall")
TITLES = ("", "", "", "", "", "", "", "Dr.", "Prof. Dr.", "")


@dataclass(frozen=True, slots=True)
class Person:
    """The parts that customers are put together from; a pool, because Faker is slow."""

    first_name: str
    last_name: str
    salutation: str


@dataclass(frozen=True, slots=True)
class Place:
    """A street in a town with a postcode; street, town and postcode need not belong together in reality."""

    street: str
    postcode: str
    town: str


def people(number: int, seed: int, *, companies: float = 0.2, faulty: bool = False) -> Iterator[Text]:
    """Customers K-00001 … without a defect, as text by attribute; a part of them companies.

    With `faulty` every third one gets a defect at random, for benches.
    """
    chance = random.Random(seed)
    persons, places, banks = pool(seed)
    for position in range(1, number + 1):
        place = places[chance.randrange(len(places))]
        text: Text = {
            "number": f"K-{position:05}",
            "adviser": chance.choice(ADVISERS),
            "street": place.street,
            "house_number": str(chance.randint(1, 180)),
            "postcode": place.postcode,
            "town": place.town,
            "country": "D",
        }
        is_company = chance.random() < companies
        text |= _company(persons, chance) if is_company else _private(persons, chance)
        if chance.random() < 0.8:
            text["iban"] = iban(banks[chance.randrange(len(banks))], chance)
        text["phone"] = (
            f"0{chance.choice(('351', '89', '30', '40', '221'))} {chance.randint(2000000, 9899999)}"
        )
        if faulty and position % 3 == 0:
            spoil(text, chance)
        yield text


def _private(persons: list[Person], chance: random.Random) -> Text:
    person = persons[chance.randrange(len(persons))]
    last = persons[chance.randrange(len(persons))].last_name
    return {
        "kind": "P",
        "salutation": person.salutation,
        "title": chance.choice(TITLES),
        "first_name": person.first_name,
        "last_name": last,
        "birthdate": f"{chance.randint(1, 28):02}.{chance.randint(1, 12):02}.{chance.randint(1935, 2005)}",
        "email": _mail(person.first_name, last, chance),
    }


def _company(persons: list[Person], chance: random.Random) -> Text:
    name = persons[chance.randrange(len(persons))].last_name
    short = chance.random() < 0.1
    company = f"{name[:6]} AG" if short else f"{name} {chance.choice(TRADES)} {chance.choice(COMPANY_FORMS)}"
    return {"kind": "F", "salutation": "Firma", "company": company}


_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", " ": "-", "'": ""})


def _mail(first: str, last: str, chance: random.Random) -> str:
    local = f"{first}.{last}".lower().translate(_ASCII)
    return f"{local}{chance.randint(1, 999)}@example.com" if local.isascii() else ""


def spoil(text: Text, chance: random.Random) -> None:
    """Gives a customer one of the usual defects."""
    match chance.randrange(6):
        case 0:
            text["postcode"] = text["postcode"][:4]
        case 1:
            text["iban"] = text.get("iban", "DE00")[:21]
        case 2:
            text["town"] += " "
        case 3:
            text["birthdate"] = "1971-02-31"
        case 4:
            text["street"] = ""
        case _:
            text["email"] = "kein.at.zeichen"


def iban(bank_code: str, chance: random.Random) -> str:
    """A German IBAN of a real bank code with right check digits; the account is made up."""
    found = ""
    for _try in range(500):
        account = f"{chance.randrange(10**9, 10**10)}"
        found = f"DE{98 - int(f'{bank_code}{account}131400') % 97:02}{bank_code}{account}"
        if verdict(found) is Verdict.FITS:
            break
    return found


@lru_cache(maxsize=4)
def pool(seed: int) -> tuple[list[Person], list[Place], list[str]]:
    """Names, places and bank codes to put customers together from."""
    from faker import Faker

    fake = Faker("de_DE")
    fake.seed_instance(seed)
    persons = [
        Person(fake.first_name_female(), fake.last_name(), "Frau")
        if position % 2
        else Person(fake.first_name_male(), fake.last_name(), "Herr")
        for position in range(600)
    ]
    places = [Place(fake.street_name(), fake.postcode(), fake.city_name()) for _place in range(400)]
    return persons, places, ["37040044", "10050000", "70050000", "50010517", "12030000", "20050550"]
