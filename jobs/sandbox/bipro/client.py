"""How tests, the demo and benches fill the simulated postboxes and look into them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from jobs.sandbox.bipro.style import STYLES


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a postbox is, and what a member logs in with."""

    log_in_url: str
    transfer_url: str
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was put in; size in bytes, SHA-256 in hex."""

    name: str
    size: int
    sha256: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Lying:
    """A shipment in a postbox, and how often it was fetched and acknowledged."""

    at: str
    number: str
    category: str
    fetched: int
    acknowledged: int
    files: tuple[SentFile, ...]


class Ask(Protocol):
    """Asks an admin endpoint of the sandbox; the body of its answer."""

    def __call__(self, method: str, what: str, body: bytes = b"") -> bytes: ...


class PostSandbox:
    """The postboxes of a running sandbox. Raises PartnerUnavailable and, where it objects, WrongUsage."""

    def __init__(self, base_url: str, ask: Ask) -> None:
        self._ask = ask
        parts = urlsplit(base_url)
        self._root = f"{parts.scheme}://{parts.netloc}"

    def reach(self, at: str = "vema") -> Reach:
        """Addresses and account of one service: vema or standard."""
        style, account = STYLES[at], json.loads(self._ask("GET", "post/accounts"))[at]
        log_in, transfer = f"{self._root}{style.log_in_path}", f"{self._root}{style.transfer_path}"
        return Reach(log_in, transfer, account["name"], account["password"])

    def deliver(self, *shipments: Mapping[str, object] | str, at: str | None = None) -> list[str]:
        """Puts shipments in: `[[bipro.shipment]]` tables, or names of kinds; their numbers, in order."""
        tables = [{"kind": one} if isinstance(one, str) else dict(one) for one in shipments]
        if at:
            tables = [{**table, "at": at} for table in tables]
        return json.loads(self._ask("POST", "post/shipments", json.dumps(tables).encode()))

    @property
    def shipments(self) -> list[Lying]:
        """Everything that lies in the postboxes, what was acknowledged included."""
        return [_lying(values) for values in json.loads(self._ask("GET", "post/shipments"))]

    def shipment(self, number: str) -> Lying:
        """One of them."""
        [found] = [shipment for shipment in self.shipments if shipment.number == number]
        return found

    def counts(self, at: str = "vema") -> Mapping[str, int]:
        """How often: log-in, log-out, list, get, acknowledge; refused, tokens, log_ins_refused."""
        found: dict[str, int] = json.loads(self._ask("GET", "post/counts"))[at]
        usual = dict.fromkeys(("log-in", "log-out", "list", "get", "acknowledge", "refused", "tokens"), 0)
        return {**usual, **found}

    def expire_tokens(self) -> None:
        """Every token that was given out is over."""
        self._ask("POST", "post/expire-tokens")


def _lying(values: Mapping[str, Any]) -> Lying:
    plain = dict(values)
    files = tuple(SentFile(**file) for file in plain.pop("files"))
    return Lying(files=files, **plain)
