"""Collecting post from both simulated services: nothing is lost, nothing is acknowledged too early."""

from __future__ import annotations

import hashlib

import pytest

from core.accounts.account import Mode, set_mode
from core.errors import DatabaseUnavailable
from core.inbox.arrival import ArrivalState
from core.locale import _
from core.postbox.record import DocumentState
from jobs.sandbox.client import VemaSandbox
from tests.support.clock import TravelClock
from tests.support.offices import ACCOUNT, OpenAnOffice
from tests.support.post import PostOffice, fault, post_office

GONE = {"expired", "vanished"}


def test_every_kind_of_shipment_becomes_documents_byte_for_byte(
    either: PostOffice, vema: VemaSandbox
) -> None:
    vema.post.deliver("everything", at=either.at)
    counts = either.collects().counts
    assert (counts["failed"], counts["quarantined"], counts["gone"]) == (0, 0, len(GONE))
    for there in vema.post.shipments:
        kind = there.number.split("-", 1)[1]
        if kind in GONE:
            assert either.state(there.number) == "gone"
            continue
        kept = [one.sha256 for one in either.documents(there.number)]
        sent = [file.sha256 for file in there.files]
        assert kept[: len(sent)] == sent if kind not in ("data-only", "no-file") else len(kept) == 1, kind
        assert either.state(there.number) == ("stored" if kind == "dangling-cid" else "acknowledged"), kind
    for document in either.documents():
        assert hashlib.sha256(either.content(document)).hexdigest() == document.sha256


def test_what_the_answer_says_of_a_file_is_kept(post: PostOffice, vema: VemaSandbox) -> None:
    said = {
        "sender": "5312",
        "sender_name": "Sandkasten",
        "contract_number": " 00.123-45 X",
        "customer_number": "K-1",
        "first_name": "Jörg",
        "last_name": "Śliwa",
        "town": "Bonn",
        "available_until": "2026-12-24",
    }
    vema.post.deliver({**said, "id": "L-1", "category": "140012025"})
    post.collects()
    [document] = post.documents("L-1")
    assert (document.sender, document.sender_name, document.category) == ("5312", "Sandkasten", "140012025")
    assert (document.contract_number.strip(), document.customer_number) == ("00.123-45 X", "K-1")
    assert (document.names, document.details["Ort"]) == (["Jörg Śliwa"], "Bonn")
    assert str(post.shipments()["L-1"].available_until) == "2026-12-24"


def test_a_second_run_fetches_nothing_again(either: PostOffice, vema: VemaSandbox) -> None:
    vema.set_faults(f"[bipro.{either.at}]\nkeep_acknowledged = true")
    vema.post.deliver({"id": "A"}, {"id": "B"}, at=either.at)
    either.collects()
    again = either.collects().counts
    assert (again["new"], again["stored"], again["acknowledged"]) == (0, 0, 0)
    assert [one.fetched for one in vema.post.shipments] == [1, 1]


def test_the_same_file_in_two_shipments_is_one_document(post: PostOffice, vema: VemaSandbox) -> None:
    vema.post.deliver({"id": "A", "text": "gleich"}, {"id": "B", "text": "gleich", "contract_number": "V-1"})
    assert post.collects().counts["documents"] == 1
    [document] = post.documents()
    assert post.documents("A") == post.documents("B") == [document]
    assert document.contract_number == "V-1"


def test_nothing_there_is_no_error(either: PostOffice, vema: VemaSandbox) -> None:
    for empty in ("hint", "plain", "refusal"):
        vema.set_faults(f'[bipro.{either.at}]\nempty = "{empty}"')
        collected = either.collects()
        assert (collected.counts["listed"], collected.trouble) == (0, None)


# --- acknowledging


def test_it_is_off_unless_an_office_decides_otherwise(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    post = post_office(open_an_office, vema)
    vema.post.deliver({"id": "A"})
    assert post.collects().counts["acknowledged"] == 0
    assert (post.state("A"), vema.post.shipment("A").acknowledged) == ("stored", 0)


def test_on_trial_post_is_fetched_but_never_acknowledged(post: PostOffice, vema: VemaSandbox) -> None:
    set_mode(post.office, ACCOUNT, Mode.TRIAL)
    vema.post.deliver({"id": "A"})
    assert post.collects().counts["stored"] == 1
    assert vema.post.counts()["acknowledge"] == 0


def test_it_may_wait_until_everything_is_filed(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    post = post_office(open_an_office, vema, acknowledge="filed")
    vema.post.deliver("several-files")
    assert post.collects().counts["acknowledged"] == 0
    documents = post.documents()
    for number, document in enumerate(documents, 1):
        with post.office.store.write() as session:
            document.state = DocumentState.FILED
            session.add(document)
        assert post.collects().counts["acknowledged"] == int(number == len(documents))


def test_what_is_no_longer_whole_in_the_archive_is_fetched_again_instead(
    open_an_office: OpenAnOffice, vema: VemaSandbox
) -> None:
    post = post_office(open_an_office, vema)
    vema.post.deliver({"id": "A"})
    post.collects()
    [document] = post.documents()
    post.office.archive.path(document.sha256).unlink()
    later = post_office(open_an_office, vema, acknowledge="stored")
    assert later.collects().counts["acknowledged"] == 0
    assert later.state("A") == "put-back"
    assert later.collects().counts["acknowledged"] == 1
    assert later.content(document)


def test_an_insurer_that_takes_no_acknowledgements_is_asked_once_a_week(
    post: PostOffice, vema: VemaSandbox, clock: TravelClock
) -> None:
    vema.set_faults("[bipro.vema]\nacknowledge = false")
    vema.post.deliver({"id": "A"}, {"id": "B"})
    post.collects()
    asked = vema.post.counts()["acknowledge"]
    clock.travel(days=1)
    post.collects()
    assert post.state("A") == "stored"
    assert vema.post.counts()["acknowledge"] <= asked + 1
    vema.set_faults("")
    clock.travel(days=8)
    assert post.collects().counts["acknowledged"] == 2


def test_what_was_acknowledged_before_a_crash_needs_none_any_more(
    post: PostOffice, vema: VemaSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.postbox import acknowledging

    def dies(*_arguments: object) -> None:
        raise DatabaseUnavailable(_("gone"))

    vema.post.deliver({"id": "A"})
    with monkeypatch.context() as patched:
        patched.setattr(acknowledging, "note_acknowledged", dies)
        with pytest.raises(DatabaseUnavailable):
            post.collects()
    assert (post.state("A"), vema.post.shipment("A").acknowledged) == ("stored", 1)
    post.collects()
    assert post.state("A") == "acknowledged"


# --- what goes wrong with one shipment


@pytest.mark.parametrize(
    "values",
    [
        "truncate = 0.5",
        "cut = 'during'",
        "garbage = 'html'",
        "garbage = 'half'",
        "garbage = 'text'",
        "garbage = 'doctype'",
        "garbage = 'bomb'",
        "garbage = 'deep'",
        "code = '00001'",
        "code = '00007'\nshape = 'fault'",
        "code = '99999'\nshape = 'bare'\ntext = 'irgendwas'",
    ],
)
def test_what_is_no_shipment_is_put_back_with_its_bytes_and_fetched_again(
    post: PostOffice, vema: VemaSandbox, clock: TravelClock, values: str
) -> None:
    vema.post.deliver({"id": "A"}, {"id": "B"})
    vema.set_faults(fault(f"{values}\nshipment = 'A'\nfirst = 1"))
    counts = post.collects().counts
    assert (counts["stored"], counts["quarantined"], counts["acknowledged"]) == (1, 1, 1)
    shipment = post.shipments()["A"]
    assert (shipment.state, str(shipment.cause_message()) != "") == ("put-back", True)
    [arrival] = [one for one in post.arrivals() if one.state == ArrivalState.QUARANTINED]
    assert post.office.archive.path(arrival.sha256).stat().st_size == arrival.size
    assert post.collects().counts["stored"] == 0
    clock.travel(minutes=6)
    assert post.collects().counts["stored"] == 1
    assert post.state("A") == "acknowledged"
    assert not [one for one in post.arrivals() if one.state == ArrivalState.QUARANTINED]


def test_a_shipment_that_is_too_large_is_put_back(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    post = post_office(open_an_office, vema, acknowledge="stored")
    vema.post.deliver({"id": "A"})
    vema.set_faults(fault(f"garbage = 'huge'\nsize = {2 << 30}"))
    post.collects()
    assert post.state("A") == "put-back"
    assert "too large" in str(post.shipments()["A"].cause_message())
    assert 0 < post.arrivals()[0].size <= 1_000_000


def test_an_answer_that_drips_is_given_up_and_kept(open_an_office: OpenAnOffice, vema: VemaSandbox) -> None:
    post = post_office(open_an_office, vema)
    quick = post.office.home / "quick.toml"
    quick.write_text('extends = "vema"\n[transfer.timeouts]\ntotal = 0.5\n', encoding="utf-8")
    hasty = post_office(open_an_office, vema, postbox="quick.toml")
    vema.post.deliver({"id": "A"})
    vema.set_faults(fault("drip = 0.02"))
    hasty.collects()
    assert hasty.state("A") == "put-back"
    assert "did not end in time" in str(hasty.shipments()["A"].cause_message())
    assert 0 < hasty.arrivals()[0].size < 1000


def test_an_operator_may_have_a_shipment_read_again(post: PostOffice, vema: VemaSandbox) -> None:
    from core.inbox.operations import RETRY
    from core.postbox.receiving import read_again

    vema.post.deliver({"id": "A"})
    vema.set_faults(fault("truncate = 0.5"))
    post.collects()
    [arrival] = post.arrivals()
    post.office.perform(RETRY, [arrival.id or 0])
    assert read_again(post.office) == 0
    assert post.arrivals()[0].state == ArrivalState.QUARANTINED
