"""What an office is set to: leitstand.toml, then LEITSTAND_* variables, then flags; the later wins.

The edge (jobs/commands) hands in the environment; nothing in core reads it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from math import inf
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import UnreadableInput
from core.locale import Message, _

FILE_NAME = "leitstand.toml"
SHIPPED_POSTBOXES = ("vema", "insurer")
"""Partners whose postbox has a profile that comes with the program."""


@dataclass(frozen=True, slots=True)
class PartnerSettings:
    """What the office sets about one partner; everything else stands in the partner's profile."""

    profile: str = ""
    """Path of a profile that replaces the one shipped with the program."""
    base_url: str = ""
    ca_file: str = ""
    send: str = "chosen"
    """Which customers go out: "chosen" (operation send), "all", or a condition: whoever fits it, too."""
    senders: int = 0
    """How many transfers may be on their way at once; 0 leaves it to the profile."""
    postbox: str = ""
    """How post is fetched (BiPRO): a shipped profile (vema, insurer), a file of one's own, or "off"; empty:
    the shipped one of this partner's name, if there is one."""
    postbox_login_url: str = ""
    """Where one logs in to it (norm 410); empty leaves this and what follows to that profile."""
    postbox_url: str = ""
    """Where post is fetched (norm 430)."""
    consumer_id: str = ""
    acknowledge: str = ""
    """When the partner is told that post has arrived: off, stored, filed."""

    def has_postbox(self, name: str) -> bool:
        """Whether post is fetched from the partner of this name.

        One with an authority of its own is no public one: there it takes an address, too, so that the office
        of a test system never asks the real partner.
        """
        if self.postbox == "off" or (self.ca_file and not self.postbox_url):
            return False
        return bool(self.postbox or name in SHIPPED_POSTBOXES)


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder whose files are imported by the job `collect`."""

    path: str
    kind: str = "customers"
    mapping: str = ""
    settled_seconds: float = 10.0
    """How long nobody may have written to a file before it counts as complete."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of an office, with their defaults."""

    database_url: str = ""
    """Empty: SQLite in the home. Paths start in the home, too."""
    language: str = "de"
    time_zone: str = "Europe/Berlin"
    archive: str = ""
    vault_key_file: str = ""
    unknown_operator: str = "viewer"
    """The role of an operator whom nobody has added."""
    lease_seconds: float = 60.0
    keep_days: int = 1095
    """How long the content of what came in is kept once it is settled; 0 keeps it for ever."""
    office_name: str = ""
    """How letters to customers and advisers are signed."""
    inquiry_days: int = 14
    """After how many days an inquiry without an answer comes up again, on a business day."""
    filing_threshold: int = 90
    """From how sure on (1 to 99) the machine files post by itself; 100: never."""
    postbox_folder: str = ""
    """Where documents are exported to, a folder that the desks share; empty: `post` in the home."""
    postbox_pattern: str = "{date} {sender} {contract} {title}"
    """What exported files are called: date, sender, contract, customer, name, category, title, id."""
    partners: Mapping[str, PartnerSettings] = field(default_factory=dict[str, PartnerSettings])
    folders: tuple[WatchedFolder, ...] = ()
    schedule: Mapping[str, str] = field(default_factory=dict[str, str])
    """Job name to five-field cron expression, or "off"."""
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    """The console's keys by binding id, where an office wants others; docs/handbuch.md lists the ids."""

    def partner(self, name: str) -> PartnerSettings:
        """The settings of one partner; the defaults where the office says nothing."""
        return self.partners.get(name, PartnerSettings())


_VARIABLES = {
    "LEITSTAND_DATABASE_URL": "database_url",
    "LEITSTAND_LANG": "language",
    "LEITSTAND_TIME_ZONE": "time_zone",
    "LEITSTAND_ARCHIVE": "archive",
    "LEITSTAND_VAULT_KEY_FILE": "vault_key_file",
}


def read_settings(home: Path, variables: Mapping[str, str]) -> Settings:
    """The settings of a home. Raises UnreadableInput naming the key that is wrong."""
    file = home / FILE_NAME
    tables: dict[str, Any] = {}
    if file.exists():
        try:
            tables = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UnreadableInput(str(file), _("not valid TOML: {reason}", reason=str(error))) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise UnreadableInput(str(file), _("cannot be read: {reason}", reason=reason)) from error
    settings = _from_tables(tables, str(file))
    changes = {name: variables[key] for key, name in _VARIABLES.items() if variables.get(key)}
    credentials = variables.get("CREDENTIALS_DIRECTORY")
    if credentials and not settings.vault_key_file and "vault_key_file" not in changes:
        offered = Path(credentials) / "leitstand.key"
        if offered.exists():
            changes["vault_key_file"] = str(offered)
    settings = replace(settings, **changes)
    _check(settings, str(file))
    return settings


def _check(settings: Settings, file: str) -> None:
    """What is of the right type and makes no sense all the same."""
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = _("“{key}”: there is no time zone {value}.", key="time_zone", value=settings.time_zone)
        raise UnreadableInput(file, message) from error
    least: dict[str, tuple[float, float]] = {
        "lease_seconds": (settings.lease_seconds, 0.1),
        "keep_days": (settings.keep_days, 0),
        "inquiry_days": (settings.inquiry_days, 0),
        "filing_threshold": (settings.filing_threshold, 1),
    }
    for name, partner in settings.partners.items():
        least[f"partners.{name}.senders"] = (partner.senders, 0)
    for number, folder in enumerate(settings.folders, 1):
        least[f"folders.{number}.settled_seconds"] = (folder.settled_seconds, 0)
    for key, (value, lowest) in least.items():
        if not lowest <= value < inf:
            raise UnreadableInput(
                file, _("“{key}” must be at least {lowest}.", key=key, lowest=f"{lowest:g}")
            )


def _from_tables(tables: dict[str, Any], file: str) -> Settings:
    default = Settings()
    simple = {f.name for f in fields(Settings)} - {"partners", "folders", "schedule", "keys"}
    values: dict[str, Any] = {}
    for key, value in tables.items():
        if key in simple:
            wanted: object = getattr(default, key)
            values[key] = _of_type(value, type(wanted), key, file)
        elif key == "partners":
            values[key] = {
                name: _dataclass(PartnerSettings, table, f"partners.{name}", file)
                for name, table in _of_type(value, dict, key, file).items()
            }
        elif key == "folders":
            rows = _of_type(value, list, key, file)
            values[key] = tuple(_dataclass(WatchedFolder, row, "folders", file) for row in rows)
        elif key in ("schedule", "keys"):
            rows = _of_type(value, dict, key, file)
            values[key] = {name: _of_type(one, str, f"{key}.{name}", file) for name, one in rows.items()}
        else:
            raise UnreadableInput(file, _("“{key}” is no setting.", key=key))
    return Settings(**values)


def _dataclass(kind: Any, table: object, where: str, file: str) -> Any:
    known = {f.name: f for f in fields(kind)}
    rows = _of_type(table, dict, where, file)
    for key in rows:
        if key not in known:
            raise UnreadableInput(file, _("“{key}” is no setting.", key=f"{where}.{key}"))
    if "path" in known and "path" not in rows:
        raise UnreadableInput(file, _("“{key}” is missing.", key=f"{where}.path"))
    kinds = {"senders": int, "settled_seconds": float}
    return kind(**{k: _of_type(v, kinds.get(k, str), f"{where}.{k}", file) for k, v in rows.items()})


def _of_type(value: Any, kind: type, key: str, file: str) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        names: dict[object, Message] = {
            str: _("text"),
            int: _("a whole number"),
            float: _("a number"),
            dict: _("a table"),
            list: _("a list"),
        }
        raise UnreadableInput(
            file, _("“{key}” must be {kind}.", key=key, kind=names.get(kind, _("another value")))
        )
    return value
