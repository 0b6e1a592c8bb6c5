"""An office in a temporary folder, everything real: database, vault, profile, a simulated VEMA over HTTPS.

def test_a_long_company_name_goes_out_short_first_and_full_afterwards(office, vema):
    office.has(company("K-17", "Elfenbeinküste Handels GmbH"))
    office.run("deliver-transfers")
    assert [one.company for one in vema.received("K-17")] == ["Elfenbeink", "Elfenbeinküste Handels GmbH"]
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from threading import Event
from typing import Any, Protocol
from uuid import uuid4

import pytest
from sqlmodel import col, select

from core.accounts.account import Mode, NewCredentials, set_credentials, set_mode
from core.accounts.breaker import Breaker, Pause
from core.clock import Clock
from core.customers.customer import Customer, folded_columns
from core.customers.operations import EDIT, SEND, Editing
from core.customers.review import review, review_stale
from core.office import Office
from core.opening import open_office
from core.operation import Operation, Report
from core.operators import OperatorRow, Role
from core.outbox.transfer import Attempt, PartnerCopy, Transfer
from core.partners.profile import overlaid, read_table
from core.partners.vema.profile import SHIPPED
from core.store.engine import Store
from core.store.meta import OfficeRow
from core.vault import KEY_NAME, Vault
from jobs.delivery import Delivered, Delivery
from jobs.sandbox.client import Credentials, VemaSandbox, running_sandbox
from jobs.schedule import Ran, run_job, slot_by_hand
from tests.support.clock import MONDAY_MORNING, TravelClock
from tests.support.customers import Fields

ACCOUNT = "vema"
WHO = "mk"


class GivenOffice(Office):
    """An Office, as it is, with words for given, when and then."""

    # --- given

    def has(self, *customers: Fields) -> None:
        """Customers as an import leaves them, reviewed; with send = "all" their transfers are made."""
        with self.store.write() as session:
            rows = [self._row(given) for given in customers]
            session.add_all(rows)
            session.flush()
            review(session, self, [row.id or 0 for row in rows])

    def has_account(self, at: VemaSandbox, *, live: bool = True, password: str | None = None) -> None:
        """The member's account at VEMA, with its password or with another one."""
        its: Credentials = at.credentials
        new = NewCredentials(its.name, password or its.password, its.member, application_password=True)
        set_credentials(self, ACCOUNT, "vema", new)
        set_mode(self, ACCOUNT, Mode.LIVE if live else Mode.TRIAL)

    # --- when

    def run(self, job: str) -> Ran:
        """Runs a job by hand; an error of its is raised."""
        ran = run_job(self, job, slot_by_hand())
        if ran.error is not None:
            raise ran.error
        return ran

    def deliver(self, worker: str | None = None) -> Delivered:
        """Delivers what may go out now."""
        return Delivery(self, ACCOUNT, worker or f"worker-{uuid4().hex[:8]}", Event()).until_idle()

    def recheck(self) -> None:
        """Reviews every customer for whom something moved."""
        for _done in review_stale(self):
            pass

    def edit(self, number: str, /, **values: str) -> Report:
        """Changes fields of a customer."""
        return self.perform(EDIT, [self.customer(number).id or 0], Editing(values))

    def send(self, *numbers: str) -> Report:
        """The operation *send* on customers."""
        return self.perform(SEND, [self.customer(number).id or 0 for number in numbers])

    def do(self, operation: Operation[Transfer, Any], *numbers: str, given: Any = None) -> Report:
        """An operation on the open transfers of customers (of all, where none is named)."""
        ids = [one.id or 0 for one in self.transfers(*numbers) if one.is_open]
        return self.perform(operation, ids, given)

    # --- then

    def customer(self, number: str) -> Customer:
        """A customer by number."""
        with self.store.read() as session:
            return session.exec(select(Customer).where(Customer.number == number)).one()

    def transfers(self, *numbers: str) -> list[Transfer]:
        """The transfers of customers in the order in which they were made; all, where nobody is named."""
        query = select(Transfer).order_by(col(Transfer.id))
        with self.store.read() as session:
            return list(session.exec(query.where(col(Transfer.subject).in_(numbers)) if numbers else query))

    def transfer(self, number: str) -> Transfer:
        """A customer's newest transfer."""
        return self.transfers(number)[-1]

    def states(self, *numbers: str) -> list[str]:
        """The states of customers' transfers, in the order in which they were made."""
        return [str(one.state) for one in self.transfers(*numbers)]

    def attempts(self, number: str | None = None) -> list[Attempt]:
        """Every attempt, or those of one customer, in order."""
        query = select(Attempt).order_by(col(Attempt.transfer), col(Attempt.number))
        if number is not None:
            query = query.where(col(Attempt.transfer).in_([one.id for one in self.transfers(number)]))
        with self.store.read() as session:
            return list(session.exec(query))

    def attempts_of(self, transfer: int) -> list[Attempt]:
        """The attempts of one transfer, in order."""
        query = select(Attempt).where(Attempt.transfer == transfer).order_by(col(Attempt.number))
        with self.store.read() as session:
            return list(session.exec(query))

    def copy(self, number: str) -> PartnerCopy:
        """What VEMA has of a customer, as the office knows it."""
        with self.store.read() as session:
            subject = self.customer(number).id
            return session.exec(select(PartnerCopy).where(PartnerCopy.subject_id == subject)).one()

    def breaker(self, kind: str) -> Breaker | None:
        """A breaker of the account; None where it never opened or counted."""
        with self.store.read() as session:
            return session.get(Breaker, (ACCOUNT, kind))

    def pause(self, reason: str = "Wartung", scope: str = "queue", **values: Any) -> None:
        """Somebody stops the queue, a partner or an account."""
        with self.store.write() as session:
            session.add(Pause(scope=scope, reason=reason, by=WHO, at=self.now, **values))

    def _row(self, given: Fields) -> Customer:
        row = Customer(source_key=given["number"], source=given, created_at=self.now, updated_at=self.now)
        for name, value in {**given, **folded_columns(given)}.items():
            setattr(row, name, value)
        return row


class OpenAnOffice(Protocol):
    """Opens an office; see the fixture `open_an_office`."""

    def __call__(
        self,
        *,
        send: str = "all",
        senders: int = 0,
        profile: Mapping[str, Any] | None = None,
        without: Collection[str] = (),
        partner: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        account: bool = True,
        **settings: Any,
    ) -> GivenOffice: ...


def opened(
    home: Path,
    url: str,
    at: VemaSandbox,
    clock: Clock | None,
    given: Mapping[str, Any],
    partner: Mapping[str, Any],
) -> GivenOffice:
    """An office in `home` whose records lie at `url` and whose VEMA is the sandbox; made where there is none.

    `given` are further settings, `partner` further settings of VEMA; both end up in leitstand.toml, so that
    child processes find the same office with --home.
    """
    home.mkdir(parents=True, exist_ok=True)
    settings = {"database_url": url, **given}
    # no test may ever ask a real partner for post: whoever wants some names a postbox
    vema = {"base_url": at.base_url, "ca_file": str(at.ca_file), "postbox": "off", **partner}
    (home / "leitstand.toml").write_text(as_toml({**settings, "partners": {"vema": vema}}), encoding="utf-8")
    _found(home, url)
    office = open_office(home, operator=WHO, clock=clock)
    return GivenOffice(**{one.name: getattr(office, one.name) for one in fields(Office)})


def _found(home: Path, url: str) -> None:
    """What `create_office` does, on a database that is migrated already: alembic would outlast most tests."""
    Vault(home / KEY_NAME).create_key()
    store = Store(url)
    with store.write() as session:
        if session.exec(select(OfficeRow)).first() is None:
            session.add(OfficeRow(id=str(uuid4()), created_at=MONDAY_MORNING))
            session.add(OperatorRow(name=WHO, role=Role.ADMIN, added_at=MONDAY_MORNING))
    store.close()


def as_toml(table: Mapping[str, Any], name: str = "") -> str:
    """A table as TOML."""
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    plain = [f"{json.dumps(key)} = {_toml_value(table[key])}" for key in table if key not in inner]
    deeper = [as_toml(value, f"{name}.{json.dumps(key)}".strip(".")) for key, value in inner.items()]
    return "\n".join([f"[{name}]" if name else "", *plain, *deeper])


def _toml_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{json.dumps(key)} = {_toml_value(part)}" for key, part in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    # texts, numbers and truth are written alike in JSON
    return json.dumps(value)


def vema_profile(changes: Mapping[str, Any], without: Collection[str]) -> str:
    """VEMA's own profile with other values, and without some of its tables."""
    table = overlaid(read_table(SHIPPED, {}), changes)
    return as_toml({name: value for name, value in table.items() if name not in without})


@pytest.fixture
def clock() -> TravelClock:
    """A clock that stands at a Monday morning until it is told to travel."""
    return TravelClock()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VemaSandbox]:
    """The simulated VEMA that all tests of this process share; tests ask for `vema`."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def vema(sandbox: VemaSandbox) -> VemaSandbox:
    """The simulated VEMA with empty books and without faults."""
    sandbox.reset()
    return sandbox


@pytest.fixture
def open_an_office(
    tmp_path: Path, database_url: str, vema: VemaSandbox, clock: TravelClock
) -> Iterator[OpenAnOffice]:
    """Opens the office with other settings than usual: of its own, or (`partner`) of VEMA.

    `profile` is laid over VEMA's own, of which the tables `without` are left out.

    Called again, it opens the same office once more, as another process would.
    """
    offices: list[GivenOffice] = []

    def open_one(
        *,
        send: str = "all",
        senders: int = 0,
        profile: Mapping[str, Any] | None = None,
        without: Collection[str] = (),
        partner: Mapping[str, str] | None = None,
        clock: Clock | None = clock,
        account: bool = True,
        **settings: Any,
    ) -> GivenOffice:
        home = tmp_path / "office"
        its: dict[str, Any] = {"send": send, "senders": senders, **(partner or {})}
        if profile or without:
            home.mkdir(parents=True, exist_ok=True)
            (home / "vema.toml").write_text(vema_profile(profile or {}, without), encoding="utf-8")
            its["profile"] = "vema.toml"
        office = opened(home, database_url, vema, clock, settings, its)
        if account and not offices:
            office.has_account(vema)
        offices.append(office)
        return office

    yield open_one
    for office in offices:
        with suppress(Exception):
            office.store.close()


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    """An office on either database: every customer goes out, its account at VEMA is live, an admin acts."""
    office = open_an_office()
    assert office.operator.role is Role.ADMIN
    return office
