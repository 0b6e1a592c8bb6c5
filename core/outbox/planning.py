"""What should be on its way for a subject, compared with what is: pure; the areas carry it out.

An unchanged payload starts nothing. A payload that changed makes a successor, unless an attempt may still be
on its way: then the old one must come to its end first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.locale import Message
from core.outbox.transfer import CauseCode, State, Step, Transfer, fields_as_text


@dataclass(frozen=True, slots=True)
class Wanted:
    """One transfer that should go out: which part of the hand-over, saying what."""

    step: Step
    fields: dict[str, str]

    @property
    def text(self) -> str:
        """The fields in canonical form."""
        return fields_as_text(self.fields)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a transfer must not go out yet."""

    code: CauseCode
    cause: Message


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: discard some (with the code why), make others, hold or let go of those that stay.

    `later` says that something is on its way and the subject must be looked at again afterwards.
    """

    discard: tuple[tuple[Transfer, CauseCode], ...] = ()
    make: tuple[Wanted, ...] = ()
    hold: Hold | None = None
    hold_these: tuple[Transfer, ...] = ()
    let_go: tuple[Transfer, ...] = ()
    later: bool = False
    keep: tuple[Transfer, ...] = field(default=())


def plan(
    wanted: Sequence[Wanted],
    open_transfers: Sequence[Transfer],
    accepted: str,
    hold: Hold | None,
    last_discarded: str = "",
) -> Plan:
    """What to do for one subject.

    `accepted` is the canonical text of what the partner accepted last, "" for nothing; `hold` the reason why
    nothing may go out; `last_discarded` what an operator discarded last: it is not made again by itself.
    """
    target = wanted[-1].text if wanted else ""
    if not wanted or target == accepted:
        return _withdraw(open_transfers)
    if not open_transfers:
        return Plan() if target == last_discarded else Plan(make=tuple(wanted), hold=hold)
    if _same(wanted, open_transfers):
        return _adjust(open_transfers, hold)
    if any(one.state in (State.SENDING, State.UNCERTAIN) for one in open_transfers):
        return Plan(later=True, keep=tuple(open_transfers))
    by_hand = _held_by_hand(open_transfers)
    return Plan(
        discard=tuple((one, CauseCode.REPLACED) for one in open_transfers),
        make=tuple(wanted),
        hold=by_hand or hold,
    )


def _same(wanted: Sequence[Wanted], present: Sequence[Transfer]) -> bool:
    return len(wanted) == len(present) and all(
        one.text == there.fields for one, there in zip(wanted, present, strict=True)
    )


def _adjust(present: Sequence[Transfer], hold: Hold | None) -> Plan:
    if hold is not None:
        stays = [one for one in present if one.state == State.PENDING or _is_automatic(one)]
        changed = [one for one in stays if (one.state, one.cause_code, one.cause) != _held(hold)]
        return Plan(hold=hold, hold_these=tuple(changed), keep=tuple(present))
    return Plan(let_go=tuple(one for one in present if _is_automatic(one)), keep=tuple(present))


def _held(hold: Hold) -> tuple[str, str, str]:
    return State.HELD, hold.code, hold.cause.dump()


def _is_automatic(one: Transfer) -> bool:
    return one.state == State.HELD and one.cause_code in (CauseCode.FINDINGS, CauseCode.FIRST_UNKNOWN)


def _withdraw(present: Sequence[Transfer]) -> Plan:
    if any(one.state in (State.SENDING, State.UNCERTAIN) for one in present):
        return Plan(later=True, keep=tuple(present))
    return Plan(discard=tuple((one, CauseCode.OBSOLETE) for one in present))


def _held_by_hand(present: Sequence[Transfer]) -> Hold | None:
    for one in present:
        if one.state == State.HELD and one.cause_code == CauseCode.OPERATOR:
            return Hold(CauseCode.OPERATOR, one.cause_message())
    return None
