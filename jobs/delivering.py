"""The job `deliver-transfers`, and whose transfers a worker delivers."""

from __future__ import annotations

import socket
from collections import Counter
from threading import Event
from uuid import uuid4

from sqlmodel import col, select

from core.accounts.account import Account
from core.errors import LeitstandError
from core.locale import Message, _
from core.office import Office
from jobs.delivery import Delivered, Delivery
from jobs.schedule import DONE, UNREACHED, Ended, JobProgress


def deliver_transfers(office: Office, progress: JobProgress) -> Ended:
    """Delivers what may go out now, of every account; what one account cannot do does not stop the others.

    It is run by hand only (workers deliver all the time), so it tries once where a partner was out of reach.
    """
    counts: Counter[str] = Counter()
    failure: LeitstandError | None = None
    reason: Message | None = None
    stop = Event()
    for name in account_names(office):
        before = counts.copy()

        def told(so_far: Delivered, before: Counter[str] = before) -> bool:
            return progress(before + _counted(so_far))

        try:
            delivered = Delivery(office, name, new_worker_id(), stop, told, by_hand=True).until_idle()
            counts += _counted(delivered)
            if delivered.out_of_reach is not None:
                reason = reason or _("{account}: {reason}", account=name, reason=delivered.out_of_reach)
        except LeitstandError as error:
            failure = failure or error
        if stop.is_set():
            break
    if failure is not None:
        raise failure
    return Ended(dict(counts), reason, DONE if reason is None or counts["delivered"] else UNREACHED)


def _counted(delivered: Delivered) -> Counter[str]:
    questions = {"asked": delivered.asked, "unanswered": delivered.unanswered}
    return Counter({**delivered.outcomes, "rescued": delivered.rescued, **questions})


def account_names(office: Office) -> list[str]:
    """The accounts that have credentials, and whose partner takes transfers."""
    with office.store.read() as session:
        query = select(Account.name).where(
            col(Account.version) > 0, col(Account.partner).in_(list(office.partners))
        )
        return list(session.exec(query.order_by(col(Account.name))))


def new_worker_id() -> str:
    """New at every start: a restarted worker must not look like the one that died."""
    return f"{socket.gethostname()}-{uuid4().hex[:12]}"
