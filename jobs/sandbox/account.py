"""The accounts that simulated partners know, and how one is locked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from jobs.sandbox.table import Table


@dataclass(frozen=True, slots=True)
class Account:
    """One account of a simulated partner. Nothing here is secret: it guards invented customers."""

    name: str = "probe.makler"
    password: str = "Anwendung-Sandkasten-1"  # noqa: S105
    member: str = "M-4711"
    lock_after: int = 5
    """Refused log-ins in a row until the account is locked; 0 never locks it."""
    refuse: bool = False
    locked: bool = False


class Welcome(Enum):
    """What somebody who knocks is told."""

    IN = auto()
    WRONG = auto()
    LOCKED = auto()
    """Too many refused log-ins in a row."""
    BLOCKED = auto()
    """Locked by the partner itself."""


@dataclass(slots=True)
class Lock:
    """One account, locked after so many refused log-ins in a row, whichever service they were for."""

    account: Account = field(default_factory=Account)
    refused: int = 0
    """All log-ins refused since the start, those while it was locked included."""
    in_a_row: int = 0
    locked: bool = False

    def unlock(self) -> None:
        """As the hotline would do it."""
        self.in_a_row, self.locked = 0, False

    def welcome(self, right: bool, named: bool) -> Welcome:
        """`right`: all credentials fit; `named`: at least the name of the account was given."""
        if self.locked or self.account.locked:
            self.refused += 1
            return Welcome.BLOCKED if self.account.locked else Welcome.LOCKED
        if right and not self.account.refuse:
            self.in_a_row = 0
            return Welcome.IN
        self.refused += 1
        if named:
            self.in_a_row += 1
            self.locked = 0 < self.account.lock_after <= self.in_a_row
        return Welcome.WRONG


def read_account(table: Table, default: Account) -> Account:
    """What an `account` table says; what it does not name stays. Raises WrongUsage."""
    account = Account(
        name=table.text("name", default.name),
        password=table.text("password", default.password),
        member=table.text("member", default.member),
        lock_after=table.whole("lock_after", default.lock_after),
        refuse=table.flag("refuse", False),
        locked=table.flag("locked", False),
    )
    table.done()
    return account
