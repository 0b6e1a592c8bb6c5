"""Multipart messages: parts are found where they are, and their bytes come back as they were put in."""

from __future__ import annotations

import base64
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.partners.bipro import mtom
from core.partners.bipro.mtom import Multipart, decode_base64, read_media_type, read_multipart, read_part
from core.partners.xml import Unreadable

CRLF = b"\r\n"


def message(*parts: tuple[bytes, bytes], boundary: bytes = b"uuid:1", end: bytes = b"--\r\n") -> bytes:
    """Parts as (headers, body)."""
    written = [b"--" + boundary + CRLF + head + CRLF * 2 + body + CRLF for head, body in parts]
    return b"".join(written) + b"--" + boundary + end


def opened(
    raw: bytes, content_type: str = 'multipart/related; boundary="uuid:1"'
) -> tuple[BytesIO, Multipart]:
    file = BytesIO(raw)
    return file, read_multipart(file, read_media_type(content_type))


def bodies(raw: bytes, content_type: str = 'multipart/related; boundary="uuid:1"') -> list[bytes]:
    file, found = opened(raw, content_type)
    return [b"".join(read_part(file, part)) for part in found.parts]


SOAP = (b"Content-Type: application/xop+xml", b"<a/>")


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6))
def test_binary_parts_come_back_byte_for_byte(contents: list[bytes]) -> None:
    raw = message(*((b"Content-ID: <%d>" % number, one) for number, one in enumerate(contents)))
    if any(b"\r\n--uuid:1" in b"\r\n" + one for one in contents):
        return
    assert bodies(raw) == contents


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\r\n%%EOF\r\n",
        b"\r\n\r\n",
        b"ends with a line break\n",
        b"a --uuid:1 within",
        b"\r\n--uuid:12 is longer",
        b"\r\n--uuid:1 text behind it",
        b"\n--uuid:1\n with other line breaks",
        b"",
    ],
)
def test_nothing_is_trimmed_but_the_line_break_of_the_delimiter(content: bytes) -> None:
    assert bodies(message(SOAP, (b"Content-ID: <x>", content))) == [b"<a/>", content]


@pytest.mark.parametrize(
    "size", [mtom.CHUNK - 40, mtom.CHUNK - 1, mtom.CHUNK, mtom.CHUNK + 7, 3 * mtom.CHUNK]
)
def test_delimiters_are_found_where_two_pieces_of_the_file_meet(size: int) -> None:
    contents = [b"x" * size, b"y" * (size // 2), b"z"]
    assert bodies(message(*((b"A: b", one) for one in contents))) == contents


def test_a_message_with_plain_line_breaks_is_read_too() -> None:
    raw = message(SOAP, (b"A: b", b"content")).replace(b"\r\n", b"\n")
    assert bodies(raw) == [b"<a/>", b"content"]


def test_what_stands_before_the_first_and_behind_the_last_delimiter_is_nothing() -> None:
    raw = b"preamble\r\n" + message(SOAP) + b"epilogue\r\n--uuid:1\r\n\r\nno part"
    assert bodies(raw) == [b"<a/>"]


def test_the_boundary_is_in_the_first_line_where_the_header_names_none() -> None:
    assert bodies(message(SOAP), "text/xml") == [b"<a/>"]


@pytest.mark.parametrize(
    ("content_type", "root"),
    [
        ('multipart/related; START="<two@x>"; Boundary="uuid:1"', b"<two/>"),
        ("multipart/related;boundary=uuid:1;start=two@x", b"<two/>"),
        ('multipart/related; boundary="uuid:1"; start="<nobody>"', b"<one/>"),
        ('multipart/related; boundary="uuid:1"', b"<one/>"),
    ],
)
def test_the_root_is_what_start_names_else_the_first_part(content_type: str, root: bytes) -> None:
    raw = message((b"Content-ID: <one@x>", b"<one/>"), (b"content-id:  <two@x> ", b"<two/>"))
    file, found = opened(raw, content_type)
    assert b"".join(read_part(file, found.root)) == root


def test_a_reference_meets_its_part_letter_by_letter_and_percent_encoded() -> None:
    parts = [(b"Content-ID: <%b>" % name, name) for name in (b"A+b/c@x", b"a+b/c@x", "ä b".encode())]
    file, found = opened(message(*parts))

    def of(href: str) -> bytes | None:
        part = found.referred_to(href)
        return b"".join(read_part(file, part)) if part else None

    assert of("cid:A%2Bb%2Fc%40x") == b"A+b/c@x"
    assert of("cid:a+b/c@x") == b"a+b/c@x"
    assert of("cid:%C3%A4%20b") == "ä b".encode()
    assert of("cid:nobody") is None


def test_headers_may_be_folded_and_written_as_anybody_likes() -> None:
    head = b'CONTENT-TYPE: application/pdf;\r\n\tname="x;y.pdf"\r\ncontent-ID:<1>'
    _file, found = opened(message((head, b"x")))
    [part] = found.parts
    assert (part.media_type.name, part.media_type.parameters) == ("application/pdf", {"name": "x;y.pdf"})
    assert part.content_id == "1"


def test_a_base64_part_is_decoded() -> None:
    content = bytes(range(256)) * 40
    body = base64.encodebytes(content).replace(b"\n", CRLF)
    assert bodies(message((b"Content-Transfer-Encoding: BASE64", body))) == [content]


def test_a_quoted_printable_part_is_decoded() -> None:
    assert bodies(message((b"Content-Transfer-Encoding: quoted-printable", b"=C3=A4=\r\nb"))) == [
        "äb".encode()
    ]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no parts at all",
        message(SOAP)[:-4],
        message(SOAP)[:20],
        message(SOAP, end=b"\r\n"),
        b"--uuid:1--\r\n",
        b"--uuid:1\r\nA: b\r\n--uuid:1--\r\n",
    ],
)
def test_what_is_cut_off_or_no_message_is_said_to_be_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        bodies(raw)


@given(st.binary(max_size=400), st.sampled_from(["text/xml", 'multipart/related; boundary="uuid:1"', "x;=;"]))
def test_rubbish_is_read_or_unreadable_and_nothing_else(raw: bytes, content_type: str) -> None:
    try:
        found = bodies(b"--uuid:1\r\n" + raw + b"\r\n--uuid:1--", content_type)
    except Unreadable:
        return
    assert sum(map(len, found)) <= len(raw)


@given(st.binary(max_size=200), st.lists(st.integers(1, 20), max_size=30))
def test_base64_in_pieces_is_what_was_encoded(content: bytes, cuts: list[int]) -> None:
    encoded = base64.encodebytes(content)
    pieces: list[bytes] = []
    for cut in cuts:
        pieces, encoded = [*pieces, encoded[:cut]], encoded[cut:]
    assert b"".join(decode_base64(iter([*pieces, encoded]))) == content


@pytest.mark.parametrize("damaged", [b"a", b"abc", b"ab=c", b"QUJD*UJD", b"QQ==QQ==", b"=QQQ"])
def test_damaged_base64_is_said_to_be_damaged(damaged: bytes) -> None:
    with pytest.raises(Unreadable, match="base64"):
        list(decode_base64(iter([damaged])))
