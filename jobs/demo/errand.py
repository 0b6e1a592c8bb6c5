"""The demo's errand: a file comes in, is checked, sent, refused, repaired, delivered; books are compared.

Everything is real: the office, its database, the HTTPS of the simulated VEMA in a process of its own. Only
the customers and the operator are made up.
"""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from core.accounts.account import Mode, NewCredentials, set_credentials, set_mode
from core.customers import importing
from core.customers.customer import Customer
from core.customers.fields import FIELDS
from core.customers.operations import EDIT, FIX, SEND, WITHHOLD, Editing, Fixing, Withholding
from core.errors import CredentialsRefused, WrongUsage
from core.inbox.receive import receive_file
from core.locale import Message, _, n_
from core.office import Office
from core.opening import DATABASE_NAME, create_office, database_url, open_office
from core.outbox.connect import test_login
from core.outbox.transfer import Attempt, State, Transfer
from core.rulebook.record import FindingRow
from core.settings import FILE_NAME, read_settings
from core.store.engine import Store
from core.store.schema import current_version
from jobs.demo.defects import REFUSED_TITLE, Defect, Repair, spread
from jobs.demo.people import Text, people
from jobs.sandbox.client import SpawnedSandbox, VemaSandbox, spawned_sandbox
from jobs.schedule import run_job, slot_by_hand

Tell = Callable[[Message], None]

FAULTS = f"""
[[vema.refuse]]              # nobody is told why
when = 'title:"{REFUSED_TITLE}"'

[[vema.fault]]               # it arrives, but its answer never does
cut = "after"
after = 20
every = 40
first = 3

[[vema.fault]]               # too fast
status = 429
retry_after = 1
after = 50
first = 1
"""
KNOWN_BEFORE = 5
"""Customers whom VEMA knows beforehand under the number that the office has of it."""
OLD_PASSWORD = "changed-last-week"  # noqa: S105 - the demo's VEMA refuses it
WORST_FIRST = (State.FAILED, State.UNCERTAIN, State.HELD, State.SENDING, State.PENDING)


@dataclass
class Summary:
    """What the demo prints; the first six count customers by their final state (design, section 9)."""

    imported: int = 0
    delivered: int = 0
    held: int = 0
    failed: int = 0
    uncertain: int = 0
    discarded: int = 0
    held_by: dict[str, int] = field(default_factory=dict[str, int])
    refused: int = 0
    repaired: int = 0
    delivered_after_repair: int = 0
    lost: int = 0
    areas: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def adds_up(self) -> bool:
        """Whether every customer is accounted for and nothing was lost."""
        ended = self.delivered + self.held + self.failed + self.uncertain + self.discarded
        return self.imported == ended and self.lost == 0


class Errand:
    """One run of the demo in one home."""

    def __init__(self, home: Path, operator: str, variables: Mapping[str, str], tell: Tell) -> None:
        self.home, self.operator, self.variables, self.tell = home, operator, variables, tell
        self.repaired: set[int] = set()

    def run(self, customers: int, seed: int) -> Summary:
        """Does the whole errand. Raises LeitstandError where something real fails, or an office is there."""
        with ExitStack() as stack:
            office, sandbox, defects = self._begin(stack, customers, seed)
            self._repair(office, defects)
            self._deliver(office)
            return self._summary(office, sandbox)

    def show(self, customers: int, seed: int, console: Callable[[], int]) -> int:
        """Does the errand up to where an operator is needed, and opens the console on the running office.

        Answers what the console does. Raises LeitstandError as `run` does.
        """
        with ExitStack() as stack:
            self._begin(stack, customers, seed)
            return console()

    def _begin(
        self, stack: ExitStack, customers: int, seed: int
    ) -> tuple[Office, SpawnedSandbox, Mapping[str, Defect]]:
        """The office with its partners running, all customers sent once, none repaired."""
        if (self.home / FILE_NAME).exists() or (self.home / DATABASE_NAME).exists():
            raise WrongUsage(
                _("There is an office in {home}; the demo wants a folder of its own.", home=self.home)
            )
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = list(people(customers, seed))
        defects = spread(known, seed)
        before = [text for text in known if text["number"] not in defects][:KNOWN_BEFORE]
        sandbox = stack.enter_context(spawned_sandbox(self.home / "sandbox", FAULTS))
        self._introduce(sandbox, before)
        office = self._open(sandbox)
        stack.callback(office.store.close)
        self._bring_in(office, known)
        self._send(office, sandbox)
        return office, sandbox, defects

    def _introduce(self, sandbox: SpawnedSandbox, before: list[Text]) -> None:
        """VEMA knows some already, and the office knows under which of VEMA's numbers."""
        sandbox.preload(*({"number": "", **_only_names(text)} for text in before))
        for text, there in zip(before, sandbox.book, strict=True):
            text["vema_number"] = there.reference

    def _open(self, sandbox: VemaSandbox) -> Office:
        lines = ["[partners.vema]", f'base_url = "{sandbox.base_url}"', f'ca_file = "{sandbox.ca_file}"']
        (self.home / "leitstand.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._refuse_a_used_database()
        create_office(self.home, self.variables, self.operator)
        office = open_office(self.home, self.variables, operator=self.operator)
        self.tell(_("Office: {home}. The simulated VEMA: {url}", home=self.home, url=sandbox.base_url))
        account = sandbox.credentials
        old = NewCredentials(account.name, OLD_PASSWORD, account.member, application_password=False)
        set_credentials(office, "vema", "vema", old)
        set_mode(office, "vema", Mode.LIVE)
        return office

    def _refuse_a_used_database(self) -> None:
        store = Store(database_url(self.home, read_settings(self.home, self.variables)))
        try:
            if store.file is None and current_version(store.reader) is not None:
                raise WrongUsage(_("There is an office in this database; the demo wants an empty one."))
        finally:
            store.close()

    def _bring_in(self, office: Office, known: list[Text]) -> None:
        file = self.home / "customers.csv"
        write_export(file, known)
        received = receive_file(office, importing.KIND, file)
        counts = importing.apply(office, received.arrival)
        self.tell(
            _(
                "Imported {new} customers; {quarantined} rows were put back.",
                new=counts.new,
                quarantined=counts.quarantined,
            )
        )
        self._job(office, "recheck")

    def _send(self, office: Office, sandbox: VemaSandbox) -> None:
        with office.store.read() as session:
            ids = [id_ or 0 for id_ in session.exec(select(Customer.id).order_by(col(Customer.id)))]
        report = office.perform(SEND, ids)
        for note in report.notes[-1:]:
            self.tell(note)
        try:
            test_login(office, "vema")
        except CredentialsRefused as error:
            self.tell(_("Log-in: {reason}", reason=error.message))
        account = sandbox.credentials
        new = NewCredentials(account.name, account.password, account.member, application_password=True)
        set_credentials(office, "vema", "vema", new)
        test_login(office, "vema")
        self.tell(_("New application password set; the log-in works and the queue goes on."))
        self._deliver(office)

    def _repair(self, office: Office, defects: Mapping[str, Defect]) -> None:
        by_repair: dict[Repair, list[int]] = {}
        with office.store.read() as session:
            for id_, number in session.exec(select(Customer.id, Customer.source_key)):
                if number in defects:
                    by_repair.setdefault(defects[number].repair, []).append(id_ or 0)
        reports = (
            office.perform(FIX, by_repair.get(Repair.FIX, []), Fixing()),
            office.perform(WITHHOLD, by_repair.get(Repair.WITHHOLD, []), Withholding("iban")),
            office.perform(EDIT, by_repair.get(Repair.EDIT_TITLE, []), Editing({"title": "Dr."})),
        )
        for report in reports:
            self.repaired |= set(report.done)
        count = len(self.repaired)
        self.tell(n_("{count} customer repaired.", "{count} customers repaired.", count))

    def _deliver(self, office: Office) -> None:
        """Delivers until nothing waits any more; what the partner asked to wait for is waited for."""
        while True:
            self._job(office, "deliver-transfers")
            self._job(office, "recheck")
            due = self._next_due(office)
            if due is None:
                break
            time.sleep(max(0.05, min(5.0, due)))
        with office.store.read() as session:
            rows = session.exec(select(Transfer.state)).all()
        said = [f"{state} {number}" for state, number in sorted(Counter(rows).items())]
        self.tell(_("Transfers: {states}", states=said))

    def _next_due(self, office: Office) -> float | None:
        waiting = (State.PENDING, State.SENDING, State.UNCERTAIN)
        with office.store.read() as session:
            query = select(Transfer.due_at).where(col(Transfer.state).in_(waiting))
            due = session.exec(query.order_by(col(Transfer.due_at))).first()
        return None if due is None else (due - office.now).total_seconds()

    def _job(self, office: Office, name: str) -> None:
        ran = run_job(office, name, slot_by_hand())
        if ran.error is not None:
            raise ran.error

    def _summary(self, office: Office, sandbox: VemaSandbox) -> Summary:
        states, refused = customer_states(office)
        summary = Summary(imported=len(states), refused=refused, repaired=len(self.repaired))
        for state in states.values():
            if hasattr(summary, state):
                setattr(summary, state, getattr(summary, state) + 1)
        delivered = {id_ for id_, state in states.items() if state == State.DELIVERED}
        summary.delivered_after_repair = len(delivered & self.repaired)
        summary.held_by = held_by(office, {id_ for id_, state in states.items() if state == State.HELD})
        summary.lost = compare_books(office, sandbox, delivered)
        summary.areas = {"vema": dict(sandbox.counts)}
        return summary


def customer_states(office: Office) -> tuple[dict[int, str], int]:
    """Each customer's final state (its worst open transfer), and how many VEMA ever refused."""
    states: dict[int, str] = {}
    with office.store.read() as session:
        for id_ in session.exec(select(Customer.id)):
            states[id_ or 0] = "unsent"
        query = select(Transfer.subject_id, Transfer.state).order_by(col(Transfer.id))
        found: dict[int, list[str]] = {}
        for subject, state in session.exec(query):
            found.setdefault(subject, []).append(state)
        attempts = select(Transfer.subject_id).join(Attempt, col(Attempt.transfer) == col(Transfer.id))
        refused = set(session.exec(attempts.where(Attempt.outcome == "refused-data")))
    for subject, there in found.items():
        states[subject] = next((worst for worst in WORST_FIRST if worst in there), there[-1])
    return states, len(refused)


def held_by(office: Office, held: set[int]) -> dict[str, int]:
    """How many held customers each rule holds."""
    with office.store.read() as session:
        rows = session.exec(
            select(FindingRow.rule, FindingRow.record).where(col(FindingRow.blocks).is_(True))
        )
        pairs = {(rule, record) for rule, record in rows if record in held}
    return dict(sorted(Counter(rule for rule, _record in pairs).items()))


def compare_books(office: Office, sandbox: VemaSandbox, delivered: set[int]) -> int:
    """In how many customers our books and VEMA's differ: not there, there twice, or under another name."""
    there: dict[str, list[str]] = {}
    for known in sandbox.book:
        for number in known.numbers:
            there.setdefault(number, []).append(known.names[-1] if known.names else "")
    lost = 0
    with office.store.read() as session:
        for customer in session.exec(select(Customer)):
            names = there.pop(customer.number, [])
            expected = [_name_of(customer)] if customer.id in delivered else []
            lost += names != expected
    return lost + len(there)


def _name_of(customer: Customer) -> str:
    if customer.is_company:
        return customer.company
    return f"{customer.first_name} {customer.last_name}".strip()


def _only_names(text: Text) -> Text:
    keys = (
        "kind",
        "first_name",
        "last_name",
        "company",
        "street",
        "house_number",
        "postcode",
        "town",
        "birthdate",
    )
    return {key: text[key] for key in keys if key in text}


def write_export(file: Path, known: Iterable[Text]) -> None:
    """A broker software's export: German headings, semicolons; and two rows that are no rows."""
    headings = {one.attribute: one.german for one in FIELDS}
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(headings), restval="", delimiter=";")
        writer.writerow(headings)
        writer.writerows(known)
        stream.write("K-99998;eine;Zeile;zu;kurz\r\n")
        writer.writerow({"last_name": "Ohnenummer"})
