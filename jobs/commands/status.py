"""`leitstand status`: what is stuck, and whether the machine runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.locale import Message, _, n_
from core.rulebook.finding import Severity
from jobs.commands.accounts import ACCOUNTS, AccountState, account_states, pause_as_json
from jobs.commands.findings import FINDINGS, SEVERITIES
from jobs.commands.findings import as_json as finding_as_json
from jobs.commands.frame import Frame
from jobs.commands.grammar import command
from jobs.commands.jobs import JOBS_LISTING, JobState, job_states
from jobs.commands.words import CAUSES, STATES, word

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.accounts.breaker import Pause
    from core.office import Office
    from core.rulebook.finding import Finding
    from jobs.overview import Overview


@dataclass(frozen=True)
class _Status:
    overview: Overview
    accounts: Sequence[AccountState]
    pauses: Sequence[Pause]
    jobs: Sequence[JobState]
    post: Sequence[Finding]
    now: datetime

    def as_json(self) -> Mapping[str, object]:
        seen = self.overview
        return {
            "customers": seen.customers,
            "transfers": seen.transfers,
            "stuck": [
                {"state": one.state, "cause": one.cause, "count": one.count, "oldest": one.oldest}
                for one in seen.stuck
            ],
            "findings": [
                {
                    "rule": one.rule,
                    "name": one.name,
                    "severity": one.severity,
                    "count": one.count,
                    "blocking": one.blocking,
                }
                for one in seen.findings
            ],
            "account_findings": [finding_as_json(one) for one in self.account_findings],
            "post_findings": [finding_as_json(one) for one in self.post],
            "conflicts": seen.conflicts,
            "quarantined": seen.quarantined,
            "waiting_arrivals": seen.waiting_arrivals,
            "short_name_only": seen.short_name_only,
            "accounts": [one.as_json() for one in self.accounts],
            "pauses": [pause_as_json(one) for one in self.pauses],
            "jobs": [one.as_json() for one in self.jobs],
            "leader": seen.leader.owner if seen.leader else None,
            "workers": [
                {"id": one.id, "host": one.host, "pid": one.pid, "started_at": one.started_at}
                for one in seen.workers
            ],
        }

    @property
    def account_findings(self) -> list[Finding]:
        """The findings of all accounts."""
        return [finding for state in self.accounts for finding in state.findings]


@command("status", _("What is stuck and why, and whether the machine runs."), ("table", "json"))
def status(frame: Frame) -> None:
    """Prints the state of the office."""
    from core.accounts.pausing import pauses
    from jobs.overview import overview

    with frame.office() as office, office.store.read() as session:
        now = office.now
        accounts = account_states(session, office)
        found = _Status(
            overview(session, office),
            accounts,
            pauses(session, now),
            job_states(session, office, with_next=bool(office.settings.schedule)),
            _post(session, office) if any(one.account for one in accounts) else [],
            now,
        )
    if frame.format == "json":
        frame.json(found.as_json())
    else:
        _print(frame, found)


def _post(session: Session, office: Office) -> list[Finding]:
    from core.postbox.rules import shipment_findings

    return shipment_findings(session, office)


def _print(frame: Frame, found: _Status) -> None:
    seen = found.overview
    frame.facts(_facts(found))
    if seen.stuck:
        frame.heading(_("Stuck"))
        frame.table(
            (_("State"), _("Cause"), _("Count"), _("Oldest")),
            [
                (word(STATES, one.state), word(CAUSES, one.cause), one.count, age(found.now, one.oldest))
                for one in seen.stuck
            ],
        )
    if seen.findings:
        frame.heading(_("Findings"))
        frame.table(
            (_("Rule"), _("Name"), _("Severity"), _("Count"), _("Holding")),
            [
                (one.rule, one.name, SEVERITIES[Severity(one.severity)], one.count, one.blocking)
                for one in seen.findings
            ],
        )
    frame.heading(_("Accounts"))
    frame.table_of(ACCOUNTS, found.accounts)
    if found.account_findings:
        frame.table_of(FINDINGS, found.account_findings)
    if found.post:
        frame.heading(_("Post that is not fetched"))
        frame.table_of(FINDINGS, found.post)
    for one in found.pauses:
        frame.print(_("{scope} is paused by {by}: {reason}", scope=one.scope, by=one.by, reason=one.reason))
    frame.heading(_("Jobs"))
    frame.table_of(JOBS_LISTING, found.jobs)


def _facts(found: _Status) -> list[tuple[Message, object]]:
    seen = found.overview
    facts: list[tuple[Message, object]] = [(_("Customers"), seen.customers)]
    facts += [(word(STATES, state), count) for state, count in seen.transfers.items() if count]
    facts += [
        (_("At the partner under the short name only"), seen.short_name_only or ""),
        (_("Import conflicts"), seen.conflicts or ""),
        (_("Arrivals put back"), seen.quarantined or ""),
        (_("Arrivals waiting"), seen.waiting_arrivals or ""),
        (_("Workers"), _workers(found)),
    ]
    return facts


def _workers(found: _Status) -> Message:
    seen = found.overview
    if not seen.workers:
        return _("none is running; `leitstand worker` starts one")
    running = n_("{count} running", "{count} running", len(seen.workers))
    return _("{running}, {leader} leads", running=running, leader=seen.leader.owner if seen.leader else "–")


def age(now: datetime, then: datetime) -> Message:
    """How long ago something was, in its largest unit."""
    seconds = max(0, int((now - then).total_seconds()))
    if seconds < 3600:
        return n_("{count} minute", "{count} minutes", seconds // 60)
    if seconds < 86400:
        return n_("{count} hour", "{count} hours", seconds // 3600)
    return n_("{count} day", "{count} days", seconds // 86400)
