"""The client against the simulated VEMA, which reads with its own eyes: two readings of one protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from core.errors import CredentialsRefused, PartnerUnavailable
from core.outbox.outcome import Credentials, Looked, Outcome, Outgoing, Presence
from core.partners.vema import VemaPartner
from core.partners.vema.client import VemaConnection
from core.partners.vema.profile import SHIPPED, read_profile
from jobs.sandbox.client import VemaSandbox, running_sandbox
from tests.core.partners.vema.conftest import NOW

WEISS = {
    "number": "K-17",
    "vema_number": "",
    "kind": "P",
    "salutation": "Frau",
    "title": "Dr.",
    "first_name": "Petra",
    "last_name": "Weiß & Söhne <Ümläut>",
    "company": "",
    "street": "Lindenweg",
    "house_number": "4",
    "postcode": "01067",
    "town": "Dresden",
    "country": "D",
    "birthdate": "04.03.1971",
    "iban": "DE02120300000000202051",
    "bic": "BYLADEM1001",
    "email": "petra@weiss.example",
    "phone": "+49 351 1234567",
    "mobile": "",
}


@pytest.fixture(scope="module")
def vema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VemaSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def clean(vema: VemaSandbox) -> VemaSandbox:
    vema.reset()
    return vema


class Member:
    """A member who hands customers over."""

    def __init__(self, vema: VemaSandbox) -> None:
        told = vema.credentials
        self.credentials = Credentials("vema", told.name, told.password, 1, {"member_number": told.member})
        endpoint = {
            "url": vema.base_url,
            "ca_file": str(Path(vema.ca_file).absolute()),
            "timeouts": {"connect": 2.0, "read": 1.0, "total": 2.0},
        }
        self.partner = VemaPartner(read_profile(SHIPPED, {"endpoint": endpoint}))
        self.connections: list[VemaConnection] = []

    def connect(self, change: Callable[[Credentials], Credentials] = lambda same: same) -> VemaConnection:
        connection = VemaConnection(self.partner.profile, change(self.credentials), lambda: NOW)
        self.connections.append(connection)
        return connection

    def transfer(self, **changes: str) -> Outgoing:
        fields = WEISS | changes
        return Outgoing(
            str(uuid4()), "customer", fields["number"], self.partner.compose("customer", fields), 1
        )


@pytest.fixture
def member(clean: VemaSandbox) -> Iterator[Member]:
    member = Member(clean)
    yield member
    for connection in member.connections:
        connection.close()


def test_what_the_sandbox_reads_is_what_we_wrote(clean: VemaSandbox, member: Member) -> None:
    result = member.connect().send(member.transfer())
    assert (result.outcome, result.created) == (Outcome.DELIVERED, True)
    (received,) = clean.received("K-17")
    assert received.reference == result.reference
    for field, text in WEISS.items():
        assert getattr(received.customer, field) == text, field


def test_the_same_key_again_is_delivered_once(clean: VemaSandbox, member: Member) -> None:
    transfer = member.transfer()
    first, second = member.connect().send(transfer), member.connect().send(transfer)
    assert (second.outcome, second.reference) == (Outcome.DELIVERED, first.reference)
    assert len(clean.book) == 1


def test_a_known_customer_is_updated(member: Member) -> None:
    connection = member.connect()
    connection.send(member.transfer())
    result = connection.send(member.transfer(town="Radebeul"))
    assert (result.outcome, result.created) == (Outcome.DELIVERED, False)


def test_a_refusal_is_a_refusal_of_data(member: Member) -> None:
    result = member.connect().send(member.transfer(postcode="1067"))
    assert (result.outcome, result.status) == (Outcome.REFUSED_DATA, 422)
    assert "Die Kundendaten konnten nicht übernommen werden." in str(result.cause)


def test_one_key_for_two_payloads_is_refused(member: Member) -> None:
    connection, transfer = member.connect(), member.transfer()
    connection.send(transfer)
    result = connection.send(replace(member.transfer(town="Radebeul"), key=transfer.key))
    assert (result.outcome, result.cause_code) == (Outcome.REFUSED_DATA, "conflict")


def test_what_became_of_a_key(member: Member) -> None:
    connection, good, bad = member.connect(), member.transfer(), member.transfer(postcode="1067")
    taken, _refused = connection.send(good), connection.send(bad)
    assert connection.look_up_key(good.key) == Looked(Presence.FOUND, taken.reference)
    assert connection.look_up_key(bad.key) == Looked(Presence.REFUSED)
    assert connection.look_up_key(str(uuid4())) == Looked(Presence.ABSENT)


@pytest.mark.parametrize("number", ["K-17", "K 17/ä&b=c+d", "K%2017"])
def test_whether_a_number_is_known(member: Member, number: str) -> None:
    connection = member.connect()
    assert connection.look_up_subject("customer", number) == Looked(Presence.ABSENT)
    taken = connection.send(member.transfer(number=number))
    assert connection.look_up_subject("customer", number) == Looked(Presence.FOUND, taken.reference)


def test_a_wrong_password_is_refused_and_then_the_account_is_locked(
    clean: VemaSandbox, member: Member
) -> None:
    connection = member.connect(lambda right: replace(right, password="falsch"))
    codes: list[str] = []
    while "locked" not in codes:
        result = connection.send(member.transfer())
        assert result.outcome is Outcome.REFUSED_CREDENTIALS
        codes.append(result.cause_code)
        assert len(codes) < 20
    assert codes[0] == "credentials"
    with pytest.raises(CredentialsRefused, match="locked the account"):
        member.connect().test_login()
    clean.unlock()
    member.connect().test_login()


def test_four_senders_hand_a_hundred_customers_over_once_each(clean: VemaSandbox, member: Member) -> None:
    connection = member.connect()
    transfers = [
        member.transfer(number=f"K-{at}", last_name=f"Weiß{at}", email=f"k{at}@weiss.example", iban="")
        for at in range(100)
    ]
    with ThreadPoolExecutor(4) as pool:
        outcomes = {result.outcome for result in pool.map(connection.send, transfers)}
    assert outcomes == {Outcome.DELIVERED}
    assert clean.counts["customers"] == 100


@pytest.mark.parametrize(
    ("fault", "outcome", "was_taken"),
    [
        ("status = 500", Outcome.UNAVAILABLE, False),
        ("status = 502\nprocessed = true", Outcome.UNAVAILABLE, True),
        ("status = 503", Outcome.UNAVAILABLE, False),
        ("status = 503\nretry_after = 5", Outcome.THROTTLED, False),
        ("status = 429\nretry_after = 5\nretry_as_date = true", Outcome.THROTTLED, False),
        ('cut = "before"', Outcome.UNCERTAIN, False),
        ('cut = "before"\nreset = false', Outcome.UNCERTAIN, False),
        ('cut = "during"', Outcome.UNCERTAIN, True),
        ('cut = "after"', Outcome.UNCERTAIN, True),
        ('never = "before"', Outcome.UNCERTAIN, False),
        ('never = "after"', Outcome.UNCERTAIN, True),
        ('garbage = "html"', Outcome.UNCERTAIN, True),
        ('garbage = "half"', Outcome.UNCERTAIN, True),
        ('garbage = "empty"', Outcome.UNCERTAIN, True),
        ('garbage = "text"', Outcome.UNCERTAIN, True),
        ('garbage = "huge"', Outcome.UNCERTAIN, True),
        ('garbage = "doctype"', Outcome.UNCERTAIN, True),
        ('garbage = "escapes"\nprocessed = false', Outcome.REFUSED_DATA, False),
        ("drip = 0.1", Outcome.UNCERTAIN, True),
    ],
)
def test_after_every_fault_the_look_up_knows_the_truth(
    clean: VemaSandbox, member: Member, fault: str, outcome: Outcome, was_taken: bool
) -> None:
    clean.set_faults(f"[[vema.fault]]\n{fault}\n")
    connection, transfer = member.connect(), member.transfer()
    result = connection.send(transfer)
    assert result.outcome is outcome
    assert (result.answer + str(result.cause)).replace("\n", "").isprintable()
    known = connection.look_up_key(transfer.key).presence
    assert known is (Presence.FOUND if was_taken else Presence.ABSENT)


def test_maintenance_is_an_absence_of_answers_not_of_customers(clean: VemaSandbox, member: Member) -> None:
    clean.set_faults("[vema]\nmaintenance = true\nretry_after = 60\n")
    connection = member.connect()
    with pytest.raises(PartnerUnavailable) as raised:
        connection.look_up_subject("customer", "K-17")
    assert raised.value.retry_after == 60
