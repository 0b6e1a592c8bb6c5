"""`leitstand doctor`: is everything there that the work needs, and as it should be?"""

from __future__ import annotations

import os
import shutil
import ssl
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import LeitstandError, UnreadableInput, WrongUsage
from core.locale import Message, _
from core.rulebook.finding import Finding, Severity
from core.settings import FILE_NAME
from jobs.commands.accounts import account_states, try_log_ins
from jobs.commands.frame import Frame
from jobs.commands.grammar import command, option
from jobs.commands.printing import Column, Listing

if TYPE_CHECKING:
    from core.office import Office
    from core.settings import Settings

LEAST_FREE = 1 << 30
"""Bytes that should be free where the office keeps things …"""
LEAST_USABLE = 64 << 20
"""… and bytes below which the next import may already stop in the middle."""


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: Message
    code: str
    health: Health
    detail: Message

    def as_json(self) -> Mapping[str, object]:
        """For machines."""
        return {"check": self.code, "status": self.health.value, "detail": self.detail}


HEALTH = {Health.OK: _("ok"), Health.WARN: _("warning"), Health.BAD: _("WRONG")}
CHECKS: Listing[Check] = Listing(
    (
        Column(_("Result"), lambda one: HEALTH[one.health]),
        Column(_("Check"), lambda one: one.name),
        Column(_("Detail"), lambda one: one.detail, sentence=True),
    ),
    Check.as_json,
)


@command(
    "doctor", _("Checks settings, database, key, archive, partners and accounts; exit code 1 for a fault.")
)
@option("--login", is_flag=True, help=_("Also logs in once with every account."))
def doctor(frame: Frame, login: bool) -> int:
    """Looks at everything, and goes on where something is wrong."""
    checks = list(_all(frame, login))
    frame.list(CHECKS, checks)
    return int(any(one.health is Health.BAD for one in checks))


def _all(frame: Frame, login: bool) -> Iterator[Check]:
    from core.settings import read_settings

    try:
        settings = read_settings(frame.home, os.environ)
    except LeitstandError as error:
        yield Check(_("Settings"), "settings", Health.BAD, error.message)
        return
    yield Check(_("Settings"), "settings", Health.OK, _("{file}", file=str(frame.home / FILE_NAME)))
    yield from _schedule(frame.home, settings)
    yield _home(frame.home)
    yield from _database_file(frame.home, settings)
    try:
        with frame.office() as office:
            yield Check(_("Database"), "database", Health.OK, _database(office))
            yield from _office(office, login)
    except LeitstandError as error:
        yield Check(_("Database"), "database", Health.BAD, error.message)


def _schedule(home: Path, settings: Settings) -> Iterator[Check]:
    from jobs.schedule import schedule_faults

    faults = schedule_faults(home, settings)
    yield from (Check(_("Schedule"), "schedule", Health.BAD, one.message) for one in faults)
    if not faults:
        yield Check(_("Schedule"), "schedule", Health.OK, _("Every schedule can be read."))


def _office(office: Office, login: bool) -> Iterator[Check]:
    yield _attempt(_("Writing"), "writing", lambda: _can_write(office))
    yield _attempt(_("Key"), "key", lambda: _key(office))
    archive = office.archive.folder
    yield _attempt(_("Archive"), "archive", lambda: _archive(archive), archive)
    yield from _space(office)
    for name in office.partners:
        yield from _partner(office, name)
    for name in office.postboxes:
        yield _attempt(
            _("Postbox {name}", name=name), f"postbox-{name}", lambda of=name: _postbox(office, of)
        )
    yield from _accounts(office)
    if login:
        yield from _log_ins(office)
    yield _leader(office)


def _attempt(name: Message, code: str, look: Callable[[], Message], where: Path | None = None) -> Check:
    """What a look brings; `where` is named if the system does not say itself which file it is about."""
    try:
        return Check(name, code, Health.OK, look())
    except LeitstandError as error:
        return Check(name, code, Health.BAD, error.message)
    except OSError as error:
        file = str(error.filename or where or code)
        reason = _("{file}: {reason}", file=file, reason=error.strerror or str(error))
        return Check(name, code, Health.BAD, reason)


def _home(home: Path) -> Check:
    if not home.is_dir():
        return Check(_("Home"), "home", Health.BAD, _("{home} is not there.", home=str(home)))
    return _mode(_("Home"), "home", home, 0o077, Health.WARN)


def _mode(name: Message, code: str, path: Path, forbidden: int, otherwise: Health) -> Check:
    mode = stat.S_IMODE(path.stat().st_mode)
    said = f"{mode:04o}"
    if mode & forbidden:
        return Check(
            name, code, otherwise, _("{file} is open to others ({mode}).", file=str(path), mode=said)
        )
    return Check(name, code, Health.OK, _("{file} ({mode})", file=str(path), mode=said))


def _database_file(home: Path, settings: Settings) -> Iterator[Check]:
    from core.opening import DATABASE_NAME

    if settings.database_url:
        return
    for suffix in ("", "-wal", "-shm"):
        file = home / f"{DATABASE_NAME}{suffix}"
        if file.exists():
            yield _mode(_("Database file"), f"database-file{suffix}", file, 0o077, Health.BAD)


def _database(office: Office) -> Message:
    from core.store.schema import HEAD

    kind = "SQLite" if office.store.is_sqlite else "PostgreSQL"
    return _("{kind}, layout {version}", kind=kind, version=HEAD)


def _can_write(office: Office) -> Message:
    from core.store.meta import OfficeRow

    with office.store.write() as session:
        row = session.get_one(OfficeRow, str(office.id))
        row.created_at = row.created_at
        session.add(row)
    return _("The database can be written.")


def _key(office: Office) -> Message:
    from core.accounts.account import accounts, secret_name

    office.vault.check()
    with office.store.read() as session:
        for account in accounts(session):
            office.vault.take(session, secret_name(account.name))
    return _("{file} opens the vault.", file=str(office.vault.key_file))


def _archive(folder: Path) -> Message:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(prefix="doctor-", dir=folder) as file:
        file.write(b"?")
    return _("{folder} can be written.", folder=str(folder))


def _space(office: Office) -> Iterator[Check]:
    for folder in dict.fromkeys((office.home, office.archive.folder)):
        if folder.is_dir():
            free = shutil.disk_usage(folder).free
            health = Health.BAD if free < LEAST_USABLE else Health.WARN if free < LEAST_FREE else Health.OK
            detail = _("{folder}: {megabytes} MB free", folder=str(folder), megabytes=free >> 20)
            yield Check(_("Disk"), "disk", health, detail)


def _partner(office: Office, name: str) -> Iterator[Check]:
    label = _("Partner {name}", name=name)
    yield from _send(office, name)
    try:
        office.partner(name)
    except LeitstandError as error:
        yield Check(label, f"partner-{name}", Health.BAD, error.message)
        return
    settings = office.settings.partner(name)
    if not (settings.base_url or settings.profile):
        detail = _("No address is set: partners.{name}.base_url in leitstand.toml.", name=name)
        yield Check(label, f"partner-{name}", Health.WARN, detail)
    else:
        yield Check(
            label, f"partner-{name}", Health.OK, _("{url}", url=settings.base_url or settings.profile)
        )
    if settings.ca_file:
        file = office.home / settings.ca_file
        yield _attempt(_("CA file of {name}", name=name), f"ca-file-{name}", lambda: _ca_file(file))


def _postbox(office: Office, name: str) -> Message:
    """Whether its profile can be read. Raises UnreadableInput."""
    return _("Post is fetched: {title}.", title=office.postbox(name).title)


def _send(office: Office, name: str) -> Iterator[Check]:
    """Whether the setting which customers go out by themselves can be understood."""
    from core.customers.names import PARTNER
    from core.customers.sending import sending_rule
    from core.rulebook.condition import ConditionError

    if name != PARTNER:
        return
    try:
        sending_rule(office, office.settings.partner(name).send)
    except WrongUsage as error:
        reason = error.reason if isinstance(error, ConditionError) else error.message
        fault = _("“{key}”: {reason}", key=f"partners.{name}.send", reason=reason)
        where = UnreadableInput(str(office.home / FILE_NAME), fault)
        yield Check(_("Sending to {name}", name=name), f"send-{name}", Health.BAD, where.message)


def _ca_file(file: Path) -> Message:
    file.open("rb").close()
    try:
        context = ssl.create_default_context(cafile=str(file))
    except ssl.SSLError as error:
        raise LeitstandError(_("{file} holds no certificates.", file=str(file))) from error
    count = len(context.get_ca_certs())
    return _("{file}: certificates for TLS, {count} of them", file=str(file), count=count)


def _accounts(office: Office) -> Iterator[Check]:
    with office.store.read() as session:
        states = account_states(session, office)
    for state in states:
        label, code = _("Account {name}", name=state.name), f"account-{state.name}"
        yield from (_finding(label, code, one) for one in state.findings)
        if not any(one.severity is Severity.ERROR for one in state.findings):
            detail = state.gate.reason or _("may send")
            yield Check(label, code, Health.OK if state.gate.room else Health.WARN, detail)


def _finding(label: Message, code: str, finding: Finding) -> Check:
    health = Health.BAD if finding.severity is Severity.ERROR else Health.WARN
    return Check(label, code, health, _("{rule}: {text}", rule=finding.rule, text=finding.message))


def _log_ins(office: Office) -> Iterable[Check]:
    from core.accounts.account import accounts

    with office.store.read() as session:
        names = [one.name for one in accounts(session) if one.has_credentials]
    for name, wrong in try_log_ins(office, names):
        health = Health.OK if wrong is None else Health.BAD
        yield Check(
            _("Log-in {name}", name=name), f"login-{name}", health, wrong or _("The partner accepts it.")
        )


def _leader(office: Office) -> Check:
    from jobs.leading import leader

    with office.store.read() as session:
        row = leader(session, office.now)
    if row is None:
        return Check(
            _("Worker"), "worker", Health.WARN, _("No worker is running; `leitstand worker` starts one.")
        )
    return Check(_("Worker"), "worker", Health.OK, _("{worker} leads.", worker=row.owner))
