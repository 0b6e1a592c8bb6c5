"""One log-in for all threads of a connection: renewed before it ends, not tried again once it is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from core.errors import CredentialsRefused
from core.partners.bipro.sts import Token


class Session:
    """Holds the token of an account; safe to use from several threads at once."""

    def __init__(self, log_in: Callable[[], Token], now: Callable[[], datetime], margin: float) -> None:
        self._log_in, self._now, self._margin = log_in, now, timedelta(seconds=margin)
        self._lock = Lock()
        self._token: Token | None = None
        self._renew_at: datetime | None = None
        self._refused: CredentialsRefused | None = None

    def token(self) -> str:
        """A token that lives for a while yet. Whoever asks meanwhile waits for the same log-in.

        Raises CredentialsRefused, from then on without asking the partner again, or another PartnerError.
        """
        with self._lock:
            if self._refused is not None:
                raise self._refused
            if self._token is None or self._renew_at is None or self._renew_at <= self._now():
                self._token = None
                self._renew()
            return self._token.identifier if self._token else ""

    def drop(self, identifier: str) -> None:
        """The partner no longer knows this token; one that was fetched since is kept."""
        with self._lock:
            if self._token is not None and self._token.identifier == identifier:
                self._token = None

    def refuse(self, error: CredentialsRefused) -> None:
        """The partner refused the account elsewhere: no further log-in is tried."""
        with self._lock:
            self._refused = error

    def _renew(self) -> None:
        begun = self._now()
        try:
            token = self._log_in()
        except CredentialsRefused as error:
            self._refused = error
            raise
        lives = token.ends_at - begun
        # A token that lives shorter than twice the margin is used for half its life.
        self._token, self._renew_at = token, begun + max(lives - self._margin, lives / 2)
