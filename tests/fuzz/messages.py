"""Answers of a postbox, right ones and wrong ones, as hypothesis strategies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from hypothesis import strategies as st

from jobs.sandbox.bipro.kinds import EVERYTHING
from jobs.sandbox.bipro.style import STYLES
from jobs.sandbox.bipro.wishes import Expires, Manner, read_shipments
from jobs.sandbox.bipro.writing import Writer, xml
from jobs.sandbox.table import Table

TRANSFER = "http://www.bipro.net/namespace/transfer"
XOP = "http://www.w3.org/2004/08/xop/include"


@dataclass(frozen=True)
class Message:
    """An answer as it comes over the wire."""

    content_type: str
    body: bytes


@cache
def right_ones() -> list[Message]:
    """One of each kind, from either service, with prefixes and without."""
    found: list[Message] = []
    for kind in EVERYTHING:
        [(_at, shipment)] = read_shipments([Table({"kind": kind}, "fuzz")])
        for style in STYLES.values():
            for bare in (False, True):
                writer = Writer(style, Manner(sparse=bare, no_prefixes=bare), now=1_800_000_000.0)
                answer = writer.sent(shipment)
                found.append(Message(answer.content_type.decode("latin-1"), b"".join(answer.chunks())))
    return found


TOKENS = (
    b"\r\n",
    b"\n",
    b"\r",
    b"--",
    b"--\r\n",
    b"\0",
    b"\xff\xfe",
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    b"&b;",
    b"&#0;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"</",
    b"<a>" * 300,
    b'<?xml version="1.0" encoding="utf-7"?>',
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-ID: <>\r\n",
    b"=",
    b"cid:",
    b"\r\n\r\n",
    b"Datei",
    b"Lieferung",
)


@cache
def short_ones() -> list[Message]:
    """Tokens, lists, refusals in their three shapes, acknowledgements."""
    [(_at, shipment)] = read_shipments([Table({"available_until": "2026-12-24", "line": "050"}, "fuzz")])
    found: list[Message] = []
    for style in STYLES.values():
        for expires in Expires:
            writer = Writer(style, Manner(expires=expires), now=1_800_000_000.0)
            status, refused = (
                writer.status(("04000",), True),
                writer.status(("00960", "00961"), False, "Nein"),
            )
            answers = [writer.fault(("00932",), "Später", is_bare) for is_bare in (False, True)]
            answers += [xml(writer.token("bipro:1", 1_800_000_600.0))]
            answers += [xml(writer.response("listShipments", status, writer.listed(shipment)))]
            answers += [xml(writer.response("acknowledgeShipment", said)) for said in (status, refused)]
            found += [Message("text/xml", b"".join(answer.chunks())) for answer in answers]
    return found


@st.composite
def damaged_ones(draw: st.DrawFn, right: Callable[[], list[Message]] = right_ones) -> Message:
    """A right answer after a few accidents: cut, doubled, overwritten, with strange things in it."""
    message = draw(st.sampled_from(right()))
    body, content_type = message.body, message.content_type
    for _accident in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.sampled_from((0, 1, 2, 40, 400, 100_000))))
        accident = draw(st.sampled_from(("cut", "lose", "double", "put", "flip", "header")))
        match accident:
            case "cut":
                body = body[:start]
            case "lose":
                body = body[:start] + body[end:]
            case "double":
                body = body[:end] + body[start:]
            case "put":
                body = body[:start] + draw(st.sampled_from(TOKENS)) + body[start:]
            case "flip":
                body = body[:start] + draw(st.binary(min_size=1, max_size=4)) + body[start + 1 :]
            case _:
                content_type = draw(content_types(content_type))
    return Message(content_type, body)


def content_types(right: str = "text/xml") -> st.SearchStrategy[str]:
    """Headers that claim anything."""
    named = (
        "",
        right,
        right.upper(),
        "text/html",
        "multipart/related",
        'multipart/related; boundary=""',
        "a/b;" * 99,
    )
    some = 'multipart/related; boundary="{}"; start="{}"'
    text = st.text(st.characters(max_codepoint=255), max_size=12)
    return st.one_of(st.sampled_from(named), text, st.builds(some.format, text, text))


def rubbish() -> st.SearchStrategy[Message]:
    """Bytes of no kind, and pieces of right answers in any order."""
    pieces = st.lists(st.one_of(st.binary(max_size=30), st.sampled_from(TOKENS)), max_size=30).map(b"".join)
    return st.builds(Message, content_types(), pieces)


_NAMES = (
    "Envelope",
    "Body",
    "Fault",
    "Status",
    "StatusID",
    "Response",
    "Lieferung",
    "Transfer",
    "Datei",
    "Daten",
)
_MORE = ("Dateiname", "ID", "Kategorie", "getShipmentResponse", "BiproException", "x")


@st.composite
def odd_documents(draw: st.DrawFn) -> Message:
    """Well-formed XML of the right names in the wrong places, sometimes in an envelope."""
    leaves = st.sampled_from(
        ("", "OK", "NOK", "04000", "QUJD", "QUJ", "=", "100007000", "\u202e", "é", "a" * 300)
    )
    names = st.sampled_from(_NAMES + _MORE)
    spaces = st.sampled_from(
        ("", ' xmlns="http://www.bipro.net/namespace/transfer"', f' xmlns="{XOP}" href="cid:x"')
    )

    def element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        children = st.lists(inner, max_size=4).map("".join)
        return st.builds("<{0}{1}>{2}</{0}>".format, names, spaces, children)

    tree = draw(st.recursive(leaves, element, max_leaves=25))
    if draw(st.booleans()):
        soap = "http://schemas.xmlsoap.org/soap/envelope/"
        inner = f"<getShipmentResponse><Response>{tree}</Response></getShipmentResponse>"
        tree = f'<s:Envelope xmlns:s="{soap}"><s:Body>{inner}</s:Body></s:Envelope>'
    charset = draw(st.sampled_from(("utf-8", "iso-8859-1", "utf-16", "nowhere-1")))
    known = "utf-8" if charset == "nowhere-1" else charset
    body = f'<?xml version="1.0" encoding="{charset}"?>{tree}'.encode(known, "xmlcharrefreplace")
    return Message("text/xml", body)
