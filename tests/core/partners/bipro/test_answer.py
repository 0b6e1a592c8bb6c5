"""Answers in XML: found by namespace and local name, files streamed out of them, nothing dangerous read."""

from __future__ import annotations

import base64
import hashlib
import tracemalloc
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.archive import Stored
from core.partners.bipro.answer import Node, read_answer
from core.partners.xml import Unreadable

LARGEST = 100_000


class Kept:
    """Keeps what is stored."""

    def __init__(self) -> None:
        self.files: list[bytes] = []

    def store(self, pieces: Iterable[bytes]) -> Stored:
        self.files.append(b"".join(pieces))
        return Stored(hashlib.sha256(self.files[-1]).hexdigest(), len(self.files[-1]))


def read(*pieces: bytes, kept: Kept | None = None, charset: str = "") -> Node:
    return read_answer(pieces, (kept or Kept()).store, LARGEST, charset)


def test_elements_are_known_by_namespace_and_name_whatever_their_prefix() -> None:
    for prefix in ("t", "tran"):
        root = read(f'<{prefix}:a xmlns:{prefix}="urn:x"><{prefix}:b> 1 </{prefix}:b></{prefix}:a>'.encode())
        assert (root.name, root.said("b", "urn:x"), root.said("b", "urn:y")) == ("a", "1", "")
    assert read(b"<a><b>1</b></a>").said("b", "urn:x") == "1"


def test_files_are_taken_out_and_decoded_in_their_order() -> None:
    kept = Kept()
    files = [b"\x00\r\n" * 1000, b"", b"%PDF"]
    blocks = "".join(
        f"<Datei><Dateiname>{number}</Dateiname><Daten>{base64.encodebytes(one).decode()}</Daten></Datei>"
        for number, one in enumerate(files)
    )
    raw = f"<r>{blocks}</r>".encode()
    root = read(*(raw[at : at + 61] for at in range(0, len(raw), 61)), kept=kept)
    assert kept.files == [files[0], files[2]]
    stored = [one.content.size if one.content else None for one in root.below("Daten")]
    assert stored == [3000, None, 4]
    assert [one.text for one in root.below("Dateiname")] == ["0", "1", "2"]


def test_data_elsewhere_than_in_a_file_block_are_text() -> None:
    kept = Kept()
    assert read(b"<Vertrag><Daten>Text</Daten></Vertrag>", kept=kept).said("Daten") == "Text"
    assert kept.files == []


def test_a_large_file_is_never_in_memory_as_a_whole() -> None:
    size = 30_000_000

    def pieces() -> Iterator[bytes]:
        yield b"<r><Datei><Daten>"
        line = base64.b64encode(b"x" * 57) + b"\n"
        for _turn in range(size // 57_000):
            yield line * 1000
        yield b"</Daten></Datei></r>"

    lengths: list[int] = []

    def store(chunks: Iterable[bytes]) -> Stored:
        lengths.append(sum(map(len, chunks)))
        return Stored("", lengths[0])

    tracemalloc.start()
    read_answer(pieces(), store, LARGEST)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert lengths == [size // 57_000 * 57_000]
    assert peak < 3_000_000


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        ('<?xml version="1.0" encoding="iso-8859-1"?><a>Weiß</a>'.encode("latin-1"), "utf-8"),
        ('<?xml version="1.0"?><a>Weiß</a>'.encode("latin-1"), "iso-8859-1"),
        ("<a>Weiß</a>".encode(), ""),
        ("\ufeff<a>Weiß</a>".encode(), "iso-8859-1"),
        ('<?xml version="1.0" encoding="windows-1252"?><a>Weiß</a>'.encode("cp1252"), ""),
        ("<a>Weiß</a>".encode("utf-16"), ""),
    ],
)
def test_letters_are_read_as_the_document_says_else_as_its_envelope_says(raw: bytes, charset: str) -> None:
    assert read(raw, charset=charset).text == "Weiß"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<a>",
        b"<html><br></html>",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b"<a>&unknown;</a>",
        b"<a" * 10,
        b"<a>" * 200 + b"</a>" * 200,
        b"<a>" + b"x" * (LARGEST + 1) + b"</a>",
        b"<a>" + b"<b/>" * (LARGEST + 1) + b"</a>",
        b"<r><Datei><Daten>no base64!</Daten></Datei></r>",
        b"<r><Datei><Daten>QUJD",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
    ],
)
def test_what_is_dangerous_or_damaged_is_said_to_be_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        read(raw)


@given(st.binary(max_size=200), st.booleans(), st.text(max_size=10))
def test_rubbish_is_read_or_unreadable_and_nothing_else(raw: bytes, wrapped: bool, charset: str) -> None:
    try:
        root = read(b"<r><Datei><Daten>" + raw + b"</Daten></Datei></r>" if wrapped else raw, charset=charset)
    except Unreadable:
        return
    assert root.name
