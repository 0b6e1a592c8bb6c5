"""XML that somebody else wrote."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.partners.xml import Unreadable, first_unwritable, parse_untrusted

LAUGHS = b"""<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">]><a>&g;</a>"""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"kein XML",
        b"<a>",
        b"<a></b>",
        b"<a>\x00</a>",
        b"<a>&unbekannt;</a>",
        b"<a>\xff</a>",
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        LAUGHS,
        b"<a>" * 5000 + b"</a>" * 5000,
        b'<?xml version="1.0" encoding="klingonisch"?><a/>',
    ],
)
def test_what_is_no_plain_xml_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parse_untrusted(body)


def test_no_file_is_ever_read(tmp_path: Path) -> None:
    secret = tmp_path / "geheim.txt"
    secret.write_text("geheim")
    body = f'<!DOCTYPE a [<!ENTITY b SYSTEM "{secret.as_uri()}">]><a>&b;</a>'
    with pytest.raises(Unreadable) as raised:
        parse_untrusted(body.encode())
    assert "geheim" not in str(raised.value)


def test_the_size_is_limited() -> None:
    body = b"<a>" + b" " * 93 + b"</a>"
    assert parse_untrusted(body, largest=100).tag == "a"
    with pytest.raises(Unreadable):
        parse_untrusted(body, largest=99)


def test_comments_and_instructions_do_not_split_a_text() -> None:
    assert parse_untrusted(b"<a>eins<!-- x --><?y z?>zwei</a>").text == "einszwei"


@pytest.mark.parametrize("text", ["", "Weiß", "\t\n\r", "\u0085\u2028\ufffd", "\U0001f600", "\u200b\u202e"])
def test_what_xml_can_hold_is_writable(text: str) -> None:
    assert first_unwritable(text) is None


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x1b", "\x0b", "\ud800", "\udfff", "\ufffe", "\uffff"],  # noqa: PT014 (two surrogates)
)
def test_what_xml_cannot_hold_is_found(character: str) -> None:
    assert first_unwritable(f"a{character}b\x01") == character


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(Unreadable):
        assert parse_untrusted(body).tag
