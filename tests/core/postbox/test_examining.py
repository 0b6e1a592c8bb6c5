"""Examining: what came is unpacked, read, given a deadline and filed; whatever it is, it stays a document."""

from __future__ import annotations

import time
from datetime import date

import pytest
from sqlmodel import Session

from core.postbox import examining
from core.postbox.filing import Proposal, reasons_of
from core.postbox.record import Document, DocumentState
from tests.core.postbox.post import Desk, empty_pdf, pdf, zipped
from tests.support.customers import customer


def test_a_pdf_is_read_whatever_it_is_called(desk: Desk) -> None:
    id_ = desk.gets(pdf("Ihre Police, Frau Weiß"), "../../../etc/Brief\x1b[31m.bin")
    desk.examines()
    one = desk.document(id_)
    assert (one.media_type, one.file_name, one.damage) == ("application/pdf", "Brief_[31m.pdf", "")
    assert "Ihre Police, Frau Weiß" in one.text


@pytest.mark.parametrize(
    ("content", "media_type", "damage"),
    [
        (b"", "application/x-empty", "empty"),
        (b"%PDF-1.7 and then nothing", "application/pdf", "damaged"),
        (empty_pdf(), "application/pdf", "damaged"),
        (b"PK\x03\x04 broken", "application/zip", "damaged"),
        (zipped({}), "application/zip", "empty"),
        (b"<a><b>Hallo</a>", "application/xml", "damaged"),
        (b"\x00\x01\x02\x03", "application/octet-stream", ""),
        (b"\xff\xd8\xff\xe0 picture", "image/jpeg", ""),
    ],
)
def test_what_is_damaged_is_kept_and_marked(desk: Desk, content: bytes, media_type: str, damage: str) -> None:
    id_ = desk.gets(content)
    counts = desk.examines()
    one = desk.document(id_)
    assert (one.media_type, one.damage, counts.damaged) == (media_type, damage, int(bool(damage)))
    assert desk.office.archive.path(one.sha256).read_bytes() == content


def test_files_of_a_zip_become_documents_that_know_where_they_came_from(desk: Desk) -> None:
    id_ = desk.gets(
        zipped({"../../evil.pdf": pdf("eins"), "ordner/zwei.txt": b"zwei", "again.txt": b"zwei"}),
        "Post.zip",
        category="140012020",
        contract_number="12.345",
    )
    counts = desk.examines()
    _zip, first, second = desk.documents()
    assert (counts.documents, counts.unpacked) == (3, 2)
    assert [one.file_name for one in (first, second)] == ["evil.pdf", "zwei.txt"]
    assert {(one.parent, one.category, one.contract_number) for one in (first, second)} == {
        (id_, "140012020", "12.345")
    }
    assert (desk.sources(first.id or 0), desk.sources(second.id or 0)) == ([10_001], [10_002, 10_003])


def test_a_zip_in_a_zip_is_unpacked_but_not_for_ever(desk: Desk) -> None:
    content = b"innen"
    for _depth in range(examining.DEEPEST + 2):
        content = zipped({"weiter.zip": content})
    desk.gets(content)
    desk.examines()
    documents = desk.documents()
    assert len(documents) == examining.DEEPEST + 1
    assert [one.damage for one in documents] == [""] * examining.DEEPEST + ["damaged"]


def test_a_dunning_letter_gets_the_day_that_it_names_and_else_an_estimated_one(desk: Desk) -> None:
    today = desk.office.today
    named = desk.gets_text(f"Zahlen Sie bis zum 28.{today:%m.%Y}.", category="140012020")
    vague = desk.gets_text("Zahlen Sie bald.", category="140012021", dated=f"{today}")
    news = desk.gets_text(f"Lesen Sie bis zum 28.{today:%m.%Y}.", category="170000000")
    desk.examines()
    one, two, three = map(desk.document, (named, vague, news))
    assert (one.deadline, one.deadline_estimated) == (date(today.year, today.month, 28), False)
    assert ((two.deadline or today) - today).days == 14
    assert two.deadline_estimated
    assert three.deadline is None


def test_what_is_certain_is_filed_and_what_is_likely_is_proposed(desk: Desk) -> None:
    desk.office.has(customer("K-1", first_name="Petra", last_name="Weiß"))
    contract = desk.has_contract("0012.345/6", "K-1")
    certain = desk.gets_text("Guten Tag", contract_number="12345-6", names=["Petra Weiß"])
    likely = desk.gets_text("Ihre Kundennummer: K-1")
    neither = desk.gets_text("Rundschreiben an alle")
    counts = desk.examines()
    one, two, three = map(desk.document, (certain, likely, neither))
    assert (one.state, one.filed_by, one.contract) == (DocumentState.FILED, "machine", contract)
    assert (two.state, two.filed_by, two.customer) == (DocumentState.UNREAD, "", one.customer)
    assert (three.customer, three.confidence, three.reasons) == (None, 0, [])
    assert (counts.filed, counts.proposed) == (1, 1)


def test_nothing_is_examined_twice(desk: Desk) -> None:
    desk.gets_text("Guten Tag")
    assert desk.examines().documents == 1
    assert desk.examines().documents == 0


def test_a_run_that_was_stopped_is_gone_on_with(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "CHUNK", 2)
    for number in range(5):
        desk.gets_text(f"Brief {number}")
    assert examining.examine(desk.office, lambda _done, _total: False).documents == 2
    assert desk.examines().documents == 3


def test_a_document_that_breaks_the_reader_keeps_no_other_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = desk.gets_text("Gift"), desk.gets_text("Guten Tag")
    real = examining.propose

    def breaks(session: Session, document: Document) -> Proposal:
        if document.id == bad:
            raise ZeroDivisionError("Gift")
        return real(session, document)

    monkeypatch.setattr(examining, "propose", breaks)
    desk.examines()
    one, other = desk.document(bad), desk.document(good)
    assert (one.damage, one.examined_at is not None) == ("damaged", True)
    assert "fault of its own: ZeroDivisionError" in str(reasons_of(one)[0])
    assert (other.damage, other.text) == ("", "Guten Tag")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Ihre <b>Police</b></p><script>alert('<p>')</script>&euro; 5", "Ihre Police € 5"),
        ("<html><style>p { }</style>a<br>b", "a b"),
        ("<html>3 < 4", "3 < 4"),
    ],
)
def test_of_html_the_words_are_read(desk: Desk, html: str, text: str) -> None:
    id_ = desk.gets(f"<html>{html}".encode())
    desk.examines()
    assert " ".join(desk.document(id_).text.split()) == text


@pytest.mark.parametrize(
    "text", ["frist" + " " * 20_000, "<html>" + "<script " * 20_000, "1 " * 20_000, "Herr " * 10_000]
)
def test_no_text_takes_long(desk: Desk, text: str) -> None:
    desk.gets_text(text, category="140000000")
    start = time.process_time()
    desk.examines()
    assert time.process_time() - start < 5
