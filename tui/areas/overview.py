"""Übersicht: what there is to do, what is stuck, whether the machine runs; each row leads to its area."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.accounts.account import Account
from core.accounts.breaker import Breaker, BreakerKind
from core.accounts.findings import account_findings
from core.accounts.standing import standing_of
from core.journal import JournalEntry
from core.locale import Message, _, n_
from core.office import Office
from core.outbox.transfer import State, Transfer
from core.presence.visit import last_visit
from core.store.statements import execute, table_of
from core.work.item import Reason, WorkItem
from core.work.my_work import MOST_UNASSIGNED, my_work
from jobs.commands.jobs import job_states
from jobs.commands.words import CAUSES, STATES, word
from jobs.leading import leader
from jobs.overview import Overview, overview
from tui.area import Area, Column, Lead, Tab
from tui.areas.jobs import machine_blocks
from tui.areas.my_work import WORK_VERBS
from tui.blocks import Block, Fact, Grid, Paragraph
from tui.listed import ListedWorklist
from tui.shown import Cell, Shown
from tui.signs import STATE_TONES, Tone

MOST_WORK = 30
SECTIONS = {
    "work": _("My work"),
    "account": _("Account"),
    "machine": _("Machine"),
    "stuck": _("Stuck"),
    "findings": _("Findings"),
    "in": _("Came in"),
}
REASONS = {
    Reason.DUE: _("due"),
    Reason.HANDED: _("handed over"),
    Reason.MESSAGE: _("message"),
    Reason.UNASSIGNED: _("nobody's"),
}
KINDS = {"customer": 2, "transfer": 3, "arrival": 8}
"""The areas that records of a kind stand in."""
NOBODYS = {
    "transfer": (
        _("Stuck transfers that nobody looks after"),
        Lead(3, "is:stuck assigned:missing NOT is:asked"),
    ),
    "arrival": (_("Arrivals put back that nobody looks after"), Lead(8, "is:stuck assigned:missing")),
    "conflict": (_("Import conflicts that nobody looks after"), Lead(2, "is:conflict assigned:missing")),
}
"""Of each source of work: what is nobody's, and where it stands."""


@dataclass(frozen=True)
class Item:
    """One line of the overview. `id` is the same for the same thing, whatever else comes or goes."""

    id: int
    section: str
    text: Message | str
    count: int = 1
    since: datetime | None = None
    tone: Tone = Tone.PLAIN
    sign: str = ""
    lead: Lead | None = None
    account: str = ""
    work: WorkItem | None = None
    """Where it is somebody's work: what."""
    more: bool = False
    """Whether there are more than `count`."""

    @property
    def plain(self) -> str:
        """What a filter looks at."""
        return f"{self.section} {self.text}"


def _number(*parts: object) -> int:
    import zlib

    return zlib.crc32("\0".join(map(str, parts)).encode()) + 1


def _rows(session: Session, office: Office) -> dict[int, Item]:
    seen = overview(session, office)
    items = [
        *_work_items(office),
        *_account_items(session, office),
        *_machine_items(session, office),
        *_stuck_items(seen),
        *_finding_items(seen),
        *_arrival_items(seen),
    ]
    return {item.id: item for item in items}


def _work_items(office: Office) -> Iterator[Item]:
    mine: list[WorkItem] = []
    nobodys: dict[str, list[WorkItem]] = {}
    for one in my_work(office):
        if one.reason is Reason.UNASSIGNED:
            nobodys.setdefault(one.source, []).append(one)
        else:
            mine.append(one)
    yield from map(_work_item, mine[:MOST_WORK])
    for source, ones in nobodys.items():
        yield _nobodys_item(source, ones)


def _work_item(one: WorkItem) -> Item:
    return Item(
        _number("work", one.source, one.id),
        "work",
        _said_of(one),
        since=one.at,
        tone=Tone.WARNING if one.reason is Reason.DUE else Tone.ACCENT,
        sign="unread",
        lead=_lead_of(one),
        work=one,
    )


def _nobodys_item(source: str, ones: Sequence[WorkItem]) -> Item:
    said, lead = NOBODYS[source]
    oldest = min(one.at for one in ones)
    number = _number("nobody's", source)
    return Item(
        number, "work", said, len(ones), oldest, sign="dot", lead=lead, more=len(ones) >= MOST_UNASSIGNED
    )


def _said_of(one: WorkItem) -> Message:
    what = one.text or one.message or ""
    return _("{subject}: {reason} {what}", subject=one.subject, reason=REASONS[one.reason], what=what)


def _lead_of(one: WorkItem) -> Lead | None:
    area = KINDS.get(one.kind)
    return Lead(area, f"id:{one.record}") if area else None


def _account_items(session: Session, office: Office) -> Iterator[Item]:
    for found in account_findings(session, office):
        tone = Tone.ERROR if found.severity.value == "error" else Tone.WARNING
        yield Item(
            _number("account", found.rule, found.subject),
            "account",
            _("{account}: {message}", account=found.subject, message=found.message),
            tone=tone,
            sign="warning",
            lead=Lead(3, "state:pending cause:credentials"),
            account=found.subject,
        )
    for account in session.exec(select(Account.name)).all():
        for kind, guard in standing_of(session, account, office.now).breakers.items():
            if guard.is_open and kind is not BreakerKind.CREDENTIALS:
                yield _breaker_item(account, kind, guard.reason, session)


def _breaker_item(account: str, kind: BreakerKind, reason: str, session: Session) -> Item:
    row = session.get(Breaker, (account, kind))
    why = Message.load(reason) if reason.startswith("{") else Message("{reason}", values={"reason": reason})
    return Item(
        _number("breaker", account, kind),
        "account",
        _("{account}: the breaker is open. {reason}", account=account, reason=why),
        since=row.opened_at if row else None,
        tone=Tone.ERROR,
        sign="held",
        lead=Lead(3, "state:pending"),
        account=account,
    )


def _machine_items(session: Session, office: Office) -> Iterator[Item]:
    if leader(session, office.now) is None:
        yield Item(
            _number("machine", "leader"),
            "machine",
            _("Nobody runs the schedule."),
            tone=Tone.ERROR,
            sign="failed",
            lead=Lead(9, ""),
        )
    for one in job_states(session, office, with_next=False):
        last = one.last
        if one.pause is not None or (last is not None and last.outcome in ("failed", "died", "unreached")):
            said = _("paused") if one.pause is not None else _("failed")
            yield Item(
                _number("job", one.job.name),
                "machine",
                _("{job}: {outcome}", job=one.job.name, outcome=said),
                since=last.started_at if last else None,
                tone=Tone.WARNING if one.pause is not None else Tone.ERROR,
                sign="held" if one.pause is not None else "failed",
                lead=Lead(9, ""),
            )


def _stuck_items(seen: Overview) -> Iterator[Item]:
    for one in seen.stuck:
        cause = f"cause:{one.cause}" if one.cause else "cause:missing"
        said = word(CAUSES, one.cause) if one.cause else Message("")
        yield Item(
            _number("stuck", one.state, one.cause),
            "stuck",
            _("Transfers {state}: {cause}", state=word(STATES, one.state), cause=said),
            one.count,
            one.oldest,
            STATE_TONES.get(State(one.state), Tone.WARNING),
            one.state,
            Lead(3, f"state:{one.state} {cause}"),
        )
    if seen.short_name_only:
        yield Item(
            _number("short names"),
            "stuck",
            _("Companies that the partner has under their short name only"),
            seen.short_name_only,
            tone=Tone.WARNING,
            sign="warning",
            lead=Lead(2, "is:short-name-only"),
        )


def _finding_items(seen: Overview) -> Iterator[Item]:
    for one in seen.findings:
        yield Item(
            _number("finding", one.rule),
            "findings",
            f"{one.rule} {one.name}",
            one.count,
            tone=Tone.ERROR if one.blocking else Tone.WARNING,
            sign="failed" if one.blocking else "warning",
            lead=Lead(2, f"rule:{one.rule}"),
        )
    if seen.conflicts:
        yield Item(
            _number("conflicts"),
            "findings",
            _("Import conflicts: changed here and in the source"),
            seen.conflicts,
            tone=Tone.WARNING,
            sign="uncertain",
            lead=Lead(2, "is:conflict"),
        )


def _arrival_items(seen: Overview) -> Iterator[Item]:
    for name, said, count in (
        ("quarantined", _("Arrivals put back: they could not be applied"), seen.quarantined),
        ("stored", _("Arrivals that wait to be applied"), seen.waiting_arrivals),
    ):
        if count:
            number, lead = _number("arrivals", name), Lead(8, f"state:{name}")
            yield Item(number, "in", said, count, tone=Tone.WARNING, sign="warning", lead=lead)


def _section(item: Item, shown: Shown) -> str:
    return shown.text(SECTIONS[item.section])


def _text(item: Item, shown: Shown) -> Cell:
    sign = str(getattr(shown.signs, item.sign, " ")) if item.sign else " "
    return Cell(f"{sign} {shown.text(item.text)}", item.tone)


def _age(item: Item, shown: Shown) -> str:
    return shown.age(item.since) if item.since is not None else ""


def _count(item: Item, shown: Shown) -> str:
    return shown.number(item.count) + ("+" if item.more else "")


COLUMNS = (
    Column("", _("Where"), 12, _section),
    Column("", _("What"), 30, _text, grows=1),
    Column("", _("Number"), 7, _count, right=True),
    Column("", _("Oldest"), 12, _age, right=True),
)


def _today(session: Session, office: Office, _id: int) -> Iterable[Block]:
    """What ended in each hour of the day, and what came into the queue."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(office.settings.time_zone)
    midnight = office.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    hours: dict[int, list[int]] = {}
    for position, moment, condition in _counted_moments():
        query = sa.select(moment).where(moment >= midnight, *condition)
        for (at,) in execute(session, query):
            hours.setdefault(at.astimezone(zone).hour, [0, 0, 0])[position] += 1
    if not hours:
        yield Paragraph(_("Nothing has gone out or failed today."), Tone.DIM)
        return
    most = max(max(counts) for counts in hours.values())
    yield Grid(
        (_("Hour"), _("Queued"), _("Delivered"), _("Failed"), ""),
        [
            (
                f"{hour:02d}",
                queued,
                delivered,
                failed,
                "█" * max(1, 20 * delivered // most) if delivered else "",
            )
            for hour, (queued, delivered, failed) in sorted(hours.items())
        ],
    )


def _counted_moments() -> Iterator[tuple[int, sa.ColumnElement[datetime], list[sa.ColumnElement[bool]]]]:
    transfer = table_of(Transfer).c
    yield 0, transfer.created_at, []
    yield 1, transfer.done_at, [transfer.state == State.DELIVERED]
    yield 2, transfer.updated_at, [transfer.state.in_([State.FAILED, State.UNCERTAIN])]


def _since(session: Session, office: Office, _id: int) -> Iterable[Block]:
    """What happened since this operator was here last: by the machine in numbers, by colleagues in lines."""
    before = last_visit(session, office.operator.name) or office.now - timedelta(days=1)
    yield Fact(_("Last here"), before)
    transfer = table_of(Transfer).c
    query = (
        sa.select(transfer.state, sa.func.count().label("number"))
        .where(transfer.updated_at > before)
        .group_by(transfer.state)
    )
    for row in execute(session, query):
        yield Fact(word(STATES, row.state), row.number, STATE_TONES.get(row.state, Tone.PLAIN))
    entries = session.exec(
        select(JournalEntry)
        .where(col(JournalEntry.at) > before, JournalEntry.operator != office.operator.name)
        .order_by(col(JournalEntry.id).desc())
        .limit(30)
    ).all()
    if entries:
        yield Grid(
            (_("When"), _("Who"), _("What"), _("Of")),
            [
                (one.at, one.operator, f"{one.area} {one.action}", one.subject or _records(one.count))
                for one in entries
            ],
        )


def _records(count: int) -> Message:
    return n_("{count} record", "{count} records", count)


def _machine(session: Session, office: Office, _id: int) -> Iterable[Block]:
    yield from machine_blocks(session, office)


AREA = Area(
    "overview",
    1,
    _("Overview"),
    _("Overview"),
    lambda office: ListedWorklist(office, _rows),
    COLUMNS,
    (
        Tab("today", _("Today"), _today),
        Tab("since", _("Since last time"), _since),
        Tab("machine", _("Machine"), _machine),
    ),
    WORK_VERBS,
    title_of=lambda item, shown: shown.text(item.text),
    lead_of=lambda item: item.lead,
)
