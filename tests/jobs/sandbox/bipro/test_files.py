"""The files of the sandbox are what they claim to be: read back with other people's programs."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sandbox.bipro.content import Encoded, Joined, Long, Plain, sha256
from jobs.sandbox.bipro.files import gdv, packed
from jobs.sandbox.bipro.pdf import damaged, pdf, without_pages

pdfium = pytest.importorskip("pypdfium2")


def text_of(data: bytes, password: str | None = None) -> str:
    document = pdfium.PdfDocument(data, password=password)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_a_pdf_says_what_it_was_told_to() -> None:
    text = "Versicherungsschein (Nr. 4711)\nPetra Weiß, Lindenweg 4, 50 €\nC:\\Post"
    assert text_of(pdf(text)).split() == text.split()


def test_a_long_text_becomes_several_pages() -> None:
    document = pdfium.PdfDocument(pdf("\n".join(map(str, range(120)))))
    assert len(document) == 3


def test_an_encrypted_pdf_opens_with_its_password_only() -> None:
    data = pdf("streng geheim", "Sesam")
    assert text_of(data, "Sesam") == "streng geheim"
    with pytest.raises(pdfium.PdfiumError):
        text_of(data)


@pytest.mark.parametrize("data", [damaged("Police"), b""])
def test_a_damaged_pdf_does_not_open(data: bytes) -> None:
    with pytest.raises(pdfium.PdfiumError):
        pdfium.PdfDocument(data)


def test_a_pdf_without_pages_is_no_letter() -> None:
    assert without_pages().startswith(b"%PDF-")
    assert b"/Count 0" in without_pages()


def test_a_zip_archive_is_the_same_every_time() -> None:
    assert packed({"a": b"1"}) == packed({"a": b"1"})
    assert zipfile.ZipFile(io.BytesIO(packed({"../a": b"1"}))).namelist() == ["../a"]


def test_gdv_records_are_256_bytes_and_counted() -> None:
    records = gdv("Weiß\nYılmaz").split(b"\r\n")
    assert [(record[:4], len(record)) for record in records[:-1]] == [
        (b"0001", 256),
        (b"0100", 256),
        (b"0100", 256),
        (b"9999", 256),
    ]
    assert (records[1][43:47], records[3][4:14]) == ("Weiß".encode("cp1252"), b"0000000004")


@given(size=st.integers(20, 400_000), seed=st.integers(0, 3))
def test_a_long_file_has_the_length_that_it_names(size: int, seed: int) -> None:
    content = Long(b"%PDF-", size, seed, b"\r\n")
    made = b"".join(content.chunks())
    assert (len(made), len(content), made[-2:]) == (size, size, b"\r\n")
    assert sha256(content) == sha256(Plain(made))


@given(pieces=st.lists(st.binary(max_size=40), max_size=6))
def test_base64_of_pieces_is_base64_of_the_whole(pieces: list[bytes]) -> None:
    import base64

    whole = Joined([Plain(piece) for piece in pieces])
    coded = b"".join(Encoded(whole).chunks())
    assert coded == base64.b64encode(b"".join(pieces))
    assert len(coded) == len(Encoded(whole))
