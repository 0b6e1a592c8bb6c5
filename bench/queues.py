"""Offices whose queue is long: transfers put in by fast inserts, kept for the run of a bench."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from bench.offices import new_office
from core.accounts.account import NewCredentials, set_credentials
from core.locale import Message
from core.office import Office
from core.outbox.transfer import CauseCode, State, Step, Transfer, fields_as_text
from core.store.statements import table_of

CHUNK = 20_000
CAUSE = Message("The partner refused it.").dump()
STATES = (
    (State.FAILED, CauseCode.DATA),
    (State.HELD, CauseCode.FINDINGS),
    (State.FAILED, CauseCode.PROTOCOL),
    (State.UNCERTAIN, CauseCode.TIMEOUT),
)
NAMES = (
    "Jörg Śliwa",
    "Ayşe Yılmaz",
    "Müller Bau GmbH",
    "株式会社テスト",
    "Petra Weiß",
    "Nguyễn Thị Hoa",
    "Ole Bø",
)


def number_of(row: int) -> str:
    """The customer's number in a line of the list; 1 is the first."""
    return f"Q{row:07}"


class Homes:
    """Offices with queues, each made when it is first asked for, and kept as long as the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, transfers: int) -> Path:
        """The home of the office with so many stuck transfers."""
        home = self.folder / f"queue-{transfers}"
        if not home.exists():
            home.mkdir()
            office_with_queue(home, transfers).store.close()
        return home


def office_with_queue(home: Path, transfers: int) -> Office:
    """An office with an account on trial and so many transfers, all of them stuck."""
    office = new_office(home)
    set_credentials(office, "vema", "vema", NewCredentials("m", "not-a-real-password", "1", True))
    queue(office, transfers)
    return office


def queue(office: Office, transfers: int, first: int = 1) -> None:
    """Puts stuck transfers in, as they are after a bad night."""
    for start in range(first, first + transfers, CHUNK):
        rows = [_row(office, number) for number in range(start, min(start + CHUNK, first + transfers))]
        with office.store.write() as session:
            session.connection().execute(sa.insert(table_of(Transfer)), rows)


def _row(office: Office, number: int) -> dict[str, object]:
    state, cause = STATES[number % len(STATES)]
    name = NAMES[number % len(NAMES)]
    at = office.now - timedelta(minutes=number % 5000)
    fields = fields_as_text({"number": number_of(number), "last_name": name, "town": "Größenbrück"})
    return {
        "partner": "vema",
        "account": "vema",
        "kind": "customer",
        "subject": number_of(number),
        "subject_id": 10_000_000 + number,
        "subject_name": name,
        "step": Step.WHOLE,
        "state": state,
        "due_at": at,
        "attempts": number % 7,
        "key": str(UUID(int=number)),
        "fields": fields,
        "body": f"<Kunde><Daten>{fields}</Daten></Kunde>".encode(),
        "body_sha256": "",
        "outcome": "",
        "cause_code": cause,
        "cause": CAUSE,
        "reference": "",
        "created_by": "bench",
        "created_at": at,
        "updated_at": at,
    }
