"""Opens an office: engine, settings, vault, archive, clock, partners. The only place that knows them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import select

from core import journal
from core.archive import Archive
from core.clock import Clock, host_clock, shifted
from core.errors import NoOffice, UnreadableInput, WrongUsage
from core.locale import _
from core.office import Office, Subject
from core.operators import MACHINE, OperatorRow, Role, identify, read_role
from core.settings import FILE_NAME, Settings, read_settings
from core.store import schema
from core.store.engine import Store, create_private_file, read_url
from core.store.meta import OfficeRow
from core.vault import KEY_NAME, Vault

if TYPE_CHECKING:
    from core.outbox.outcome import Partner
    from core.postbox.post import Postbox

DATABASE_NAME = "leitstand.db"


def database_url(home: Path, settings: Settings) -> str:
    """Where the office's records live; SQLite in the home unless the settings say otherwise."""
    return settings.database_url or f"sqlite:///{home / DATABASE_NAME}"


def create_office(home: Path, variables: Mapping[str, str], operator: str, clock: Clock = host_clock) -> None:
    """Makes home, key, database and tables; whoever does it first becomes admin. Again: harmless.

    Raises NoOffice where the home cannot be made, DatabaseUnavailable, UnreadableInput (settings).
    """
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = read_settings(home, variables)
        url = database_url(home, settings)
        if not settings.database_url:
            create_private_file(home / DATABASE_NAME)
        _vault(home, settings).create_key()
    except OSError as error:
        reason = error.strerror or str(error)
        raise NoOffice(
            _("No office can be made in {home}: {reason}", home=str(home), reason=reason)
        ) from error
    schema.upgrade(url)
    store = Store(url)
    try:
        with store.write() as session:
            if session.exec(select(OfficeRow)).first() is not None:
                return
            session.add(OfficeRow(id=str(uuid4()), created_at=clock()))
            session.add(OperatorRow(name=operator, role=Role.ADMIN, added_at=clock()))
            journal.note(
                session,
                at=clock(),
                operator=operator,
                area="office",
                action="init",
                after={"admin": operator},
            )
    finally:
        store.close()


def migrate_office(home: Path, variables: Mapping[str, str]) -> None:
    """Brings an existing office to the layout of this program. Raises NoOffice where there is none."""
    url = database_url(home, read_settings(home, variables))
    _require_file(home, url)
    schema.upgrade(url)


def open_office(
    home: Path,
    variables: Mapping[str, str] | None = None,
    *,
    operator: str | None = None,
    clock: Clock | None = None,
    partners: Mapping[str, Callable[[], Partner]] | None = None,
) -> Office:
    """The office in a home; `operator` None is the machine itself.

    Raises NoOffice, DatabaseUnavailable or UnreadableInput (settings).
    """
    settings = read_settings(home, variables or {})
    url = database_url(home, settings)
    _require_file(home, url)
    store = Store(url)
    try:
        with store.read() as session:
            schema.require_current(store.reader, home)
            row = session.exec(select(OfficeRow)).first()
            if row is None:
                raise NoOffice(_("There is no office in {home} yet. Run `leitstand init`.", home=str(home)))
            who = identify(session, operator, _role_of_unknown(settings)) if operator else MACHINE
            time = clock or _database_clock(session.connection())
    except BaseException:
        store.close()
        raise
    archive = Archive(home / (settings.archive or "archive"))
    known = partners if partners is not None else known_partners(home, settings)
    vault = _vault(home, settings)
    subjects, postboxes = known_subjects(), known_postboxes(home, settings)
    return Office(home, UUID(row.id), store, settings, vault, archive, time, who, known, subjects, postboxes)


def known_partners(home: Path, settings: Settings) -> Mapping[str, Callable[[], Partner]]:
    """Every partner of the product, made from its profile when it is first asked for."""

    @lru_cache(maxsize=1)
    def vema() -> Partner:
        from core.partners.vema import open_partner

        return open_partner(settings.partner("vema"), home)

    return {"vema": vema}


def known_postboxes(home: Path, settings: Settings) -> Mapping[str, Callable[[], Postbox]]:
    """Every partner from whom post is fetched, its profile read when it is first asked for."""
    names = dict.fromkeys(["vema", *settings.partners])
    return {
        name: lru_cache(maxsize=1)(partial(_postbox, name, home, settings))
        for name in names
        if settings.partner(name).has_postbox(name)
    }


def _postbox(name: str, home: Path, settings: Settings) -> Postbox:
    from core.partners.bipro import open_postbox

    return open_postbox(name, settings.partner(name), home)


def known_subjects() -> Mapping[str, Callable[[], Subject]]:
    """Every area whose records go out, loaded when it is first asked for."""

    def customer() -> Subject:
        from core.customers.subject import CUSTOMERS

        return CUSTOMERS

    return {"customer": customer}


def _role_of_unknown(settings: Settings) -> Role:
    try:
        return read_role(settings.unknown_operator)
    except WrongUsage as error:
        message = _("“{key}”: {reason}", key="unknown_operator", reason=error.message)
        raise UnreadableInput(FILE_NAME, message) from error


def _vault(home: Path, settings: Settings) -> Vault:
    return Vault(home / (settings.vault_key_file or KEY_NAME))


def _require_file(home: Path, url: str) -> None:
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        raise NoOffice(_("There is no office in {home} yet. Run `leitstand init`.", home=str(home)))


def _database_clock(connection: sa.Connection) -> Clock:
    """On PostgreSQL several hosts share leases: everybody keeps the database's time."""
    if connection.dialect.name != "postgresql":
        return host_clock
    there = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    ahead = there.astimezone(UTC) - datetime.now(UTC)
    return shifted(host_clock, ahead) if abs(ahead) > timedelta(milliseconds=200) else host_clock
