"""The vault: without the right key, or with a row that was tampered with, it gives nothing away."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from core.store.engine import Store
from core.vault import Secret, Vault, VaultError
from tests.support.clock import MONDAY_MORNING

NAME = "account:vema:password"
SECRET = "Grüße 🔑 geheim"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with a key."""
    new = Vault(tmp_path / "home" / "vault.key")
    new.create_key()
    return new


def put(vault: Vault, store: Store, name: str = NAME, text: str = SECRET) -> None:
    with store.write() as session:
        vault.put(session, name, text, MONDAY_MORNING)


def take(vault: Vault, store: Store, name: str = NAME) -> str | None:
    with store.read() as session:
        return vault.take(session, name)


def test_what_is_put_in_comes_out_again(vault: Vault, store: Store) -> None:
    put(vault, store)
    assert take(Vault(vault.key_file), store) == SECRET


def test_what_nobody_put_in_is_not_there(vault: Vault, store: Store) -> None:
    assert take(vault, store) is None


def test_the_newest_secret_holds(vault: Vault, store: Store) -> None:
    put(vault, store, text="alt")
    with store.write() as session:
        vault.put(session, NAME, "neu", MONDAY_MORNING + timedelta(days=1))
    assert take(vault, store) == "neu"


def test_nobody_can_read_it_in_the_database(vault: Vault, store: Store) -> None:
    put(vault, store)
    put(vault, store, "account:other:password")
    with store.read() as session:
        first, second = session.get_one(Secret, NAME), session.get_one(Secret, "account:other:password")
    assert SECRET.encode() not in first.sealed
    assert first.sealed != second.sealed
    assert first.nonce != second.nonce


@pytest.mark.parametrize(
    "damage",
    [
        lambda row: setattr(row, "sealed", row.sealed[:-1]),
        lambda row: setattr(row, "sealed", b""),
        lambda row: setattr(row, "sealed", bytes([row.sealed[0] ^ 1]) + row.sealed[1:]),
        lambda row: setattr(row, "nonce", bytes(12)),
        lambda row: setattr(row, "nonce", b"short"),
        lambda row: setattr(row, "nonce", b""),
    ],
    ids=["cut", "emptied", "one bit", "other nonce", "short nonce", "no nonce"],
)
def test_a_damaged_row_does_not_open(vault: Vault, store: Store, damage: Callable[[Secret], None]) -> None:
    put(vault, store)
    with store.write() as session:
        row = session.get_one(Secret, NAME)
        damage(row)
        session.add(row)
    with pytest.raises(VaultError, match="does not open the vault"):
        take(vault, store)


def test_a_row_that_was_copied_to_another_name_does_not_open(vault: Vault, store: Store) -> None:
    put(vault, store)
    with store.write() as session:
        copy(session, "account:other:password")
    with pytest.raises(VaultError):
        take(vault, store, "account:other:password")


def copy(session: Session, name: str) -> None:
    row = session.get_one(Secret, NAME)
    session.add(Secret(name=name, nonce=row.nonce, sealed=row.sealed, updated_at=row.updated_at))


def test_another_key_does_not_open_it(vault: Vault, store: Store, tmp_path: Path) -> None:
    put(vault, store)
    other = Vault(tmp_path / "other.key")
    other.create_key()
    with pytest.raises(VaultError, match=r"other\.key does not open the vault") as caught:
        take(other, store)
    assert caught.value.exit_code == 3


def test_only_its_owner_can_read_the_key(vault: Vault) -> None:
    assert stat.S_IMODE(vault.key_file.stat().st_mode) == 0o600
    assert len(vault.key_file.read_bytes()) == 32


def test_a_key_is_made_only_once(vault: Vault) -> None:
    before = vault.key_file.read_bytes()
    vault.create_key()
    assert vault.key_file.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o660, 0o666, 0o777])
def test_a_key_that_is_open_to_others_is_not_used(vault: Vault, store: Store, mode: int) -> None:
    vault.key_file.chmod(mode)
    with pytest.raises(VaultError, match="open to others: set its mode to 0600"):
        put(Vault(vault.key_file), store)


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33, b"x" * 64])
def test_a_key_of_another_length_is_damaged(vault: Vault, store: Store, content: bytes) -> None:
    vault.key_file.write_bytes(content)
    with pytest.raises(VaultError, match="damaged"):
        put(Vault(vault.key_file), store)


def test_a_key_that_is_missing_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(VaultError, match=r"gone\.key cannot be read"):
        put(Vault(tmp_path / "gone.key"), store)
