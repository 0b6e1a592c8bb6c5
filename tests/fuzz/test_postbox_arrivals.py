"""Whatever a shipment consists of: it ends as documents, or put back with its bytes and the reason."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from core.inbox.arrival import Arrival, ArrivalState
from core.partners.bipro.postbox import BiproPostbox
from core.partners.bipro.profile import SHIPPED, read_profile
from core.postbox.post import Fetched, Offered
from core.postbox.receiving import note_offered, read, settle
from core.postbox.record import Document, DocumentSource, Shipment, ShipmentState
from tests.fuzz.messages import Message, damaged_ones, odd_documents, rubbish
from tests.support.offices import ACCOUNT, GivenOffice


def received(office: GivenOffice, postbox: BiproPostbox, number: str, message: Message) -> Shipment:
    """What became of a shipment whose answer was this."""
    note_offered(office, ACCOUNT, [Offered(number)])
    fetched = Fetched(office.archive.store([message.body]), message.content_type)
    arrived = read(office, postbox, fetched)
    with office.store.write() as session:
        row = session.exec(select(Shipment).where(Shipment.number == number)).one()
        settle(session, office, row.id or 0, arrived)
    with office.store.read() as session:
        return session.exec(select(Shipment).where(Shipment.number == number)).one()


def documents_of(office: GivenOffice, shipment: Shipment) -> list[Document]:
    with office.store.read() as session:
        query = select(Document).join(DocumentSource, DocumentSource.document == Document.id)  # pyright: ignore[reportArgumentType]
        return list(session.exec(query.where(DocumentSource.shipment == shipment.id)))


def test_every_input_ends_as_documents_or_is_put_back_with_its_bytes(office: GivenOffice) -> None:
    postbox = BiproPostbox(read_profile(SHIPPED["vema"]))
    numbers = count(1)

    @given(message=st.one_of(damaged_ones(), odd_documents(), rubbish()))
    def ends_somewhere(message: Message) -> None:
        shipment = received(office, postbox, f"F-{next(numbers)}", message)
        assert office.archive.path(shipment.raw_sha256).read_bytes() == message.body
        with office.store.read() as session:
            arrival = session.get_one(Arrival, shipment.arrival)
        if shipment.state == ShipmentState.STORED:
            found = documents_of(office, shipment)
            assert found
            sizes = [office.archive.path(one.sha256).stat().st_size for one in found]
            assert sizes == [one.size for one in found]
        else:
            assert (shipment.state, arrival.state) == (ShipmentState.PUT_BACK, ArrivalState.QUARANTINED)
            assert "fault of its own" not in str(shipment.cause_message())
            assert str(shipment.cause_message()).strip()

    ends_somewhere()
