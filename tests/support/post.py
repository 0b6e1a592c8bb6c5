"""An office that fetches its post from the simulated postboxes, with words for what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event
from typing import Any

from sqlmodel import col, select

from core.accounts.account import Mode, NewCredentials, set_credentials, set_mode
from core.accounts.breaker import BreakerKind
from core.clock import Clock
from core.inbox.arrival import Arrival
from core.postbox.record import Document, DocumentSource, Shipment
from jobs.post import Collected, Collection
from jobs.sandbox.client import VemaSandbox
from tests.support.offices import ACCOUNT, GivenOffice, OpenAnOffice


class PostOffice:
    """An office whose account at VEMA serves for post, too; `at` is the service of the sandbox."""

    def __init__(self, office: GivenOffice, sandbox: VemaSandbox, at: str) -> None:
        self.office, self.sandbox, self.at = office, sandbox, at

    # --- when

    def collects(self, stop: Event | None = None, *, by_hand: bool = False) -> Collected:
        """One run for the account."""
        return Collection(self.office, ACCOUNT, stop or Event(), by_hand=by_hand).run()

    def has_password(self, password: str | None = None) -> None:
        """The account's credentials are entered again, right ones unless another password is given."""
        reach = self.sandbox.post.reach(self.at)
        member = self.sandbox.credentials.member
        new = NewCredentials(reach.name, password or reach.password, member, application_password=True)
        set_credentials(self.office, ACCOUNT, "vema", new)

    # --- then

    def shipments(self) -> dict[str, Shipment]:
        """Every shipment by number."""
        with self.office.store.read() as session:
            return {one.number: one for one in session.exec(select(Shipment))}

    def state(self, number: str) -> str:
        """Where a shipment is."""
        return str(self.shipments()[number].state)

    def documents(self, number: str | None = None) -> list[Document]:
        """The documents of a shipment in their order, or all."""
        query = select(Document).order_by(col(Document.id))
        if number is not None:
            shipment = self.shipments()[number].id
            query = (
                select(Document)
                .join(DocumentSource, col(DocumentSource.document) == Document.id)
                .where(DocumentSource.shipment == shipment)
                .order_by(col(DocumentSource.position))
            )
        with self.office.store.read() as session:
            return list(session.exec(query))

    def content(self, document: Document) -> bytes:
        """What lies in the archive."""
        return self.office.archive.path(document.sha256).read_bytes()

    def arrivals(self) -> list[Arrival]:
        """What came in, in order."""
        with self.office.store.read() as session:
            return list(session.exec(select(Arrival).order_by(col(Arrival.id))))

    def is_shut(self, kind: BreakerKind) -> bool:
        """Whether a breaker of the account is open."""
        found = self.office.breaker(kind)
        return found is not None and found.is_open


def post_office(
    open_an_office: OpenAnOffice,
    sandbox: VemaSandbox,
    at: str = "vema",
    *,
    clock: Clock | None = None,
    **settings: Any,
) -> PostOffice:
    """An office whose post lies at one of the two services; `settings` are further ones of the partner."""
    time: dict[str, Any] = {"clock": clock} if clock is not None else {}
    reach = sandbox.post.reach(at)
    profile = {"vema": "vema", "standard": "insurer"}[at]
    partner: Mapping[str, str] = {
        "postbox": profile,
        "postbox_login_url": reach.log_in_url,
        "postbox_url": reach.transfer_url,
        **settings,
    }
    made = PostOffice(open_an_office(send="chosen", account=False, partner=partner, **time), sandbox, at)
    made.has_password()
    set_mode(made.office, ACCOUNT, Mode.LIVE)
    return made


def fault(values: str, on: str = "get") -> str:
    """A fault of the postboxes as a faults file has it; it strikes these steps."""
    return f'[[bipro.fault]]\non = "{on}"\n{values}\n'
