"""The vault (Tresor): secrets as AES-GCM rows of the database; only the key is a file (0600).

The name of a secret is its associated data, so that a row copied to another name does not open.
"""

from __future__ import annotations

import os
import stat
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel

from core.errors import LeitstandError
from core.locale import _
from core.store.columns import moment

KEY_NAME = "vault.key"


class Secret(SQLModel, table=True):
    """One secret, unreadable without the key file."""

    __tablename__ = "secret"  # pyright: ignore[reportAssignmentType]

    name: str = Field(primary_key=True)
    nonce: bytes = Field(sa_type=sa.LargeBinary, nullable=False)
    sealed: bytes = Field(sa_type=sa.LargeBinary, nullable=False)
    updated_at: datetime = moment()


class VaultError(LeitstandError):
    """The key file is missing, open to others, or not the one that the secrets were sealed with."""

    exit_code = 3


class Vault:
    """Puts secrets in and takes them out; knows where the key is, and reads it when it is first needed."""

    def __init__(self, key_file: Path) -> None:
        self.key_file = key_file
        self._key: bytes | None = None

    def put(self, session: Session, name: str, text: str, now: datetime) -> None:
        """Seals a secret under a name, replacing what was there."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(12)
        sealed = AESGCM(self._open_key()).encrypt(nonce, text.encode(), name.encode())
        session.merge(Secret(name=name, nonce=nonce, sealed=sealed, updated_at=now))

    def take(self, session: Session, name: str) -> str | None:
        """The secret of this name, or None. Raises VaultError where the key does not fit."""
        secret = session.get(Secret, name)
        if secret is None:
            return None
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(self._open_key()).decrypt(secret.nonce, secret.sealed, name.encode()).decode()
        except (InvalidTag, ValueError) as error:
            message = _("The key file {file} does not open the vault.", file=str(self.key_file))
            raise VaultError(message) from error

    def check(self) -> None:
        """Raises VaultError unless the key file is there, ours alone and whole."""
        _read_key(self.key_file)

    def create_key(self) -> None:
        """Makes the key file, unless there is one."""
        if self.key_file.exists():
            return
        self.key_file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.key_file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(32))
            file.flush()
            os.fsync(file.fileno())

    def _open_key(self) -> bytes:
        if self._key is None:
            self._key = _read_key(self.key_file)
        return self._key


def _read_key(file: Path) -> bytes:
    try:
        status = file.stat()
        key = file.read_bytes()
    except OSError as error:
        raise VaultError(_("The vault's key file {file} cannot be read.", file=str(file))) from error
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise VaultError(_("The key file {file} is open to others: set its mode to 0600.", file=str(file)))
    if len(key) != 32:
        raise VaultError(_("The key file {file} is damaged: 32 bytes are expected.", file=str(file)))
    return key
