"""What VEMA and a standard insurer do differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jobs.sandbox.account import Account
from jobs.sandbox.bipro.names import EVENT, GENERAL, MESSAGES, TRANSFER, WSC, WST


@dataclass(frozen=True, slots=True)
class Style:
    """One of the two services: where it is, what it demands, with which prefixes it answers."""

    name: str
    log_in_path: str
    transfer_path: str
    prefixes: Mapping[str, str]
    """Namespace to prefix."""
    action_needed: bool
    """A log-in needs wsa:Action, and must not name a version."""
    consumer_needed: bool
    confirm_needed: bool
    """A list must say BestaetigeLieferungen; else it must not."""
    account: Account


VEMA = Style(
    "vema",
    "/va/UserPasswordLogin_2.6.1.1.0",
    "/va/TransferService_2.6.1.1.0",
    {TRANSFER: "t", MESSAGES: "n", GENERAL: "a", EVENT: "g", WST: "wst", WSC: "wsc"},
    action_needed=True,
    consumer_needed=True,
    confirm_needed=False,
    account=Account(),
)
STANDARD = Style(
    "standard",
    "/standard/410_STS/UserPasswordLogin_2.6.1.1.0",
    "/standard/430_Transfer/Service_2.6.1.1.0",
    {TRANSFER: "tran", MESSAGES: "nac", GENERAL: "all", EVENT: "gevo", WST: "wst", WSC: "wsc"},
    action_needed=False,
    consumer_needed=False,
    confirm_needed=True,
    account=Account("probe.versicherer", "Anwendung-Sandkasten-2", member=""),
)
STYLES = {style.name: style for style in (VEMA, STANDARD)}
PATHS = {path: style for style in STYLES.values() for path in (style.log_in_path, style.transfer_path)}
