"""The layout of the database: which one this program needs, which one is there, and how to get there.

The version is read without alembic, because every command asks for it and alembic takes a second to load.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc

from core.errors import NoOffice
from core.locale import _
from core.store.engine import named_errors

HEAD = "0001"
MIGRATIONS = Path(__file__).parent / "migrations"


def current_version(engine: sa.Engine) -> str | None:
    """The version of the layout that is there; None where there is none."""
    with engine.connect() as connection:
        try:
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        except (exc.OperationalError, exc.ProgrammingError) as error:
            if _is_missing_table(error):
                return None
            raise


def require_current(engine: sa.Engine, home: Path) -> None:
    """Raises NoOffice unless the database has exactly the layout that this program was written for."""
    version = current_version(engine)
    if version is None:
        raise NoOffice(_("There is no office in {home} yet. Run `leitstand init`.", home=str(home)))
    if version < HEAD:
        raise NoOffice(
            _("The office in {home} is of an older version. Run `leitstand migrate`.", home=str(home))
        )
    if version > HEAD:
        raise NoOffice(
            _("The office in {home} was opened by a newer version. Update this program.", home=str(home))
        )


def upgrade(url: str, target: str = "head") -> None:
    """Brings the database at `url` to the layout of this program (or to `target`).

    Raises DatabaseUnavailable.
    """
    from alembic import command

    with named_errors():
        command.upgrade(configuration(url), target)


def downgrade(url: str, target: str) -> None:
    """Takes the database back to an earlier layout; for tests of the migrations."""
    from alembic import command

    command.downgrade(configuration(url), target)


def configuration(url: str):
    """Alembic's configuration for one database."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def _is_missing_table(error: exc.DBAPIError) -> bool:
    text = str(error.orig).lower()
    return "no such table" in text or "does not exist" in text
