"""What follows from an attempt's result: pure decisions, no database (design, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from core.locale import Message, _
from core.outbox.outcome import Outcome, Result
from core.outbox.transfer import CauseCode, State

MAX_ATTEMPTS = 8
MAX_PROTOCOL_ATTEMPTS = 3
MAX_RESCUES = 3
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)

_CODES = {
    Outcome.REFUSED_CREDENTIALS: CauseCode.CREDENTIALS,
    Outcome.REFUSED_DATA: CauseCode.DATA,
    Outcome.UNAVAILABLE: CauseCode.OUTAGE,
    Outcome.THROTTLED: CauseCode.THROTTLE,
    Outcome.UNCERTAIN: CauseCode.TIMEOUT,
    Outcome.PROTOCOL: CauseCode.PROTOCOL,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The state that a transfer goes to; `counted` where the attempt counts.

    `due_at` is when it may go on; None leaves it where it was in the order.
    """

    state: State
    counted: bool
    due_at: datetime | None = None
    cause_code: str = ""
    cause: Message | None = None


def decide(result: Result, attempts: int, now: datetime, chance: Random) -> Decision:
    """Where a transfer goes after an attempt; `attempts` counts those before this one."""
    code = _code(result)
    match result.outcome:
        case Outcome.DELIVERED:
            return Decision(State.DELIVERED, counted=True)
        case Outcome.REFUSED_DATA:
            return Decision(State.FAILED, True, None, code, result.cause)
        case Outcome.UNCERTAIN:
            return Decision(State.UNCERTAIN, True, now, code, result.cause)
        case Outcome.REFUSED_CREDENTIALS:
            return Decision(State.PENDING, False, None, code, result.cause)
        case Outcome.THROTTLED:
            return Decision(State.PENDING, False, result.retry_at or now + FIRST_WAIT, code, result.cause)
        case Outcome.PROTOCOL:
            return _again(result, attempts, MAX_PROTOCOL_ATTEMPTS, now, chance)
        case Outcome.UNAVAILABLE:
            if result.cause_code == NOT_SENT:
                return Decision(State.PENDING, False)
            if not result.retryable:
                # Not this transfer's fault, and the breaker sees to it that it is not tried at once.
                return Decision(State.PENDING, False, None, CauseCode.TLS, result.cause)
            return _again(result, attempts, MAX_ATTEMPTS, now, chance)


NOT_SENT = "not-sent"


def not_sent(cause: Message) -> Result:
    """For a transfer that was claimed but must not leave any more: it goes back as it was."""
    return Result(Outcome.UNAVAILABLE, cause, cause_code=NOT_SENT)


def wait_before(attempt: int, chance: Random) -> timedelta:
    """How long to wait after the attempt with this number (from 1): doubling, half by chance, capped."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt - 1, 20))
    return longest * chance.uniform(0.5, 1.0)


def _again(result: Result, attempts: int, limit: int, now: datetime, chance: Random) -> Decision:
    done = attempts + 1
    if done >= limit:
        cause = _("Tried {count} times: {cause}", count=done, cause=result.cause)
        return Decision(State.FAILED, True, None, CauseCode.ATTEMPTS, cause)
    due = now + wait_before(done, chance)
    if result.retry_at is not None:
        due = max(due, result.retry_at)
    return Decision(State.PENDING, True, due, _CODES[result.outcome], result.cause)


def _code(result: Result) -> str:
    # An answer that cannot be read is no answer that did not come.
    if result.outcome is Outcome.UNCERTAIN and result.cause_code == CauseCode.PROTOCOL:
        return CauseCode.PROTOCOL
    return _CODES.get(result.outcome, "")


def decide_rescue(*, was_sent: bool, rescues: int, now: datetime) -> Decision:
    """Where a transfer goes whose worker died; `rescues` counts those before this one.

    A request that may have left leaves it uncertain, however often: only the partner can say more.
    """
    if was_sent:
        cause = _("The worker died while it was being sent; what became of it is unknown.")
        return Decision(State.UNCERTAIN, True, now, CauseCode.WORKER_DIED, cause)
    if rescues + 1 >= MAX_RESCUES:
        return _poisonous()
    return Decision(
        State.PENDING, False, None, CauseCode.WORKER_DIED, _("The worker died before it was sent.")
    )


def decide_absent(*, attempts: int, rescues: int, now: datetime, chance: Random) -> Decision:
    """Where an uncertain transfer goes that the partner does not have: it is sent again, at first at once.

    But not for ever: what never arrives fails like what is never taken, and what kills workers is held.
    """
    if rescues >= MAX_RESCUES:
        return _poisonous()
    if attempts >= MAX_ATTEMPTS:
        cause = _("Sent {count} times, and the partner has not received it.", count=attempts)
        return Decision(State.FAILED, False, None, CauseCode.ATTEMPTS, cause)
    wait = wait_before(attempts - 1, chance) if attempts > 1 else timedelta()
    return Decision(State.PENDING, False, now + wait)


def _poisonous() -> Decision:
    return Decision(State.HELD, False, None, CauseCode.WORKER_DIED, _("The worker died over it three times."))
