"""How a partner is reached over HTTPS and what its answers mean: what every such profile holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from core.locale import _
from core.outbox.outcome import Outcome, Presence
from core.partners.profile import wrong

PLACEHOLDER = re.compile(r"\{(\w+)\}")
_STATUS = re.compile(r"[1-5](\d\d|xx)")


class Scheme(StrEnum):
    """How an account shows who it is: HTTP Basic, or in headers of the partner's own."""

    BASIC = "basic"
    HEADERS = "headers"


@dataclass(frozen=True, slots=True)
class Authentication:
    """`needs` names what an account must have before anything is sent with it; `headers` may use {user},
    {password} and further fields of the account. All of them are kept out of every record."""

    scheme: Scheme = Scheme.BASIC
    needs: tuple[str, ...] = ("user", "password")
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. `total` bounds a whole request, however slowly its answer drips; it stays below a lease."""

    connect: float = 5.0
    read: float = 30.0
    total: float = 40.0
    keep_alive: float = 4.0
    """How long an idle connection is kept; shorter than servers keep theirs."""


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """Which answer means what: `status` like "422" or "4xx", `says` the answer's word ("" = any body)."""

    status: str
    says: str = ""
    outcome: Outcome | None = None
    presence: Presence | None = None
    cause: str = ""

    def fits(self, status: int, says: str | None) -> bool:
        """Whether an answer is meant; `says` is None where its body could not be read."""
        named = str(status)
        return self.status in (named, f"{named[0]}xx") and self.says in ("", says)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: path and parameters may use {key} and {number}."""

    method: str
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    answers: tuple[AnswerRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the partner is and how one talks to it."""

    url: str
    ca_file: str = ""
    """PEM file of the only authority to be trusted, relative to the profile; empty: those of the system."""
    senders: int = 4
    largest_answer: int = 1_048_576
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    authentication: Authentication = field(default_factory=Authentication)
    timeouts: Timeouts = field(default_factory=Timeouts)


def check_endpoint(endpoint: Endpoint, file: Path, where: str = "endpoint") -> None:
    """Raises UnreadableInput where a value cannot work; `where` is the table's name in the file."""
    check_address(endpoint.url, file, f"{where}.url")
    check_senders(endpoint.senders, file, f"{where}.senders")
    if endpoint.largest_answer < 1024:
        raise wrong(file, f"{where}.largest_answer", _("must be at least {least}", least=1024))
    for name in ("connect", "read", "total", "keep_alive"):
        if not 0 < getattr(endpoint.timeouts, name) <= 600:
            raise wrong(
                file, f"{where}.timeouts.{name}", _("must be between {least} and {most}", least=0, most=600)
            )
    for name, template in {**endpoint.headers, **endpoint.authentication.headers}.items():
        _check_placeholders(
            template, {"key", *endpoint.authentication.needs}, f"{where}.headers.{name}", file
        )


def check_address(text: str, file: Path, where: str) -> None:
    """Raises UnreadableInput for what is no address over HTTPS; `where` is its key in the file."""
    try:
        address = urlsplit(text)
        is_address = bool(address.scheme == "https" and address.hostname) and address.port != 0
    except ValueError:
        raise wrong(file, where, _("“{value}” is no address", value=text)) from None
    if not is_address or address.query or address.fragment or "@" in address.netloc:
        raise wrong(file, where, _("must be an address https://… without name, password and parameters"))


def check_senders(number: int, file: Path, where: str) -> None:
    """Raises UnreadableInput for a number of senders that cannot work."""
    if not 1 <= number <= 64:
        raise wrong(file, where, _("must be between {least} and {most}", least=1, most=64))


def check_call(call: Call, where: str, file: Path, placeholders: set[str]) -> None:
    """Raises UnreadableInput where a value cannot work; `placeholders` are those the call can fill."""
    if not call.path.startswith("/"):
        raise wrong(file, f"{where}.path", _("must begin with /"))
    for name, template in {"path": call.path, **call.parameters, **call.headers}.items():
        _check_placeholders(template, placeholders, f"{where}.{name}", file)
    check_rules(call.answers, f"{where}.answers", file)


def check_rules(rules: tuple[AnswerRule, ...], where: str, file: Path) -> None:
    """Raises UnreadableInput where a status is none or a rule does not say exactly one thing."""
    for at, rule in enumerate(rules, 1):
        if not _STATUS.fullmatch(rule.status):
            raise wrong(file, f"{where}[{at}].status", _("must be like 422 or 4xx"))
        if (rule.outcome is None) == (rule.presence is None):
            raise wrong(file, f"{where}[{at}]", _("must name either an outcome or a presence"))


def _check_placeholders(template: str, known: set[str], where: str, file: Path) -> None:
    for name in PLACEHOLDER.findall(template):
        if name not in known:
            names = ", ".join(sorted(known))
            raise wrong(file, where, _("“{value}” is not known; there is: {known}", value=name, known=names))
