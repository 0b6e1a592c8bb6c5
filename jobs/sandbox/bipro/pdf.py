"""The smallest PDF files with text in them, and such as are damaged, encrypted or empty on purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_NUMBER = bytes.fromhex("6C65697473746E64736B617374656E31")
_PERMISSIONS = -44
_LINES = 52


def pdf(text: str, password: str = "") -> bytes:
    """Pages of Helvetica, line by line; signs outside CP1252 become "?". A password encrypts it."""
    lines = text.splitlines()
    pages = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)] or [[]]
    return _document([_page(page) for page in pages], password.encode("cp1252", "replace"))


def without_pages() -> bytes:
    """A PDF that is in order and has no page."""
    return _document([], b"")


def damaged(text: str) -> bytes:
    """A PDF that breaks off in its middle."""
    whole = pdf(text)
    return whole[: len(whole) * 2 // 5]


def _document(pages: Sequence[bytes], password: bytes) -> bytes:
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    owner, key = _keys(password) if password else (b"", b"")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        font,
    ]
    for number, content in enumerate(pages):
        at = 5 + 2 * number
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {at} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        sent = _rc4(_object_key(key, at), content) if key else content
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(sent), sent))
    return _written(objects, _encryption(owner, key))


def _written(objects: Sequence[bytes], encryption: bytes) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R%b >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        encryption,
        start,
    )
    return bytes(out)


def _page(lines: Sequence[str]) -> bytes:
    shown = b"".join(b"(%b) Tj T*\n" % _escaped(line) for line in lines)
    return b"BT /F1 11 Tf 14 TL 56 790 Td\n%bET" % shown


def _escaped(line: str) -> bytes:
    raw = line.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _keys(password: bytes) -> tuple[bytes, bytes]:
    """The owner's entry and the file key of the standard security handler, revision 2, 40 bits."""
    padded = (password + _PADDING)[:32]
    owner = _rc4(_md5(padded)[:5], padded)
    permissions = (_PERMISSIONS & 0xFFFFFFFF).to_bytes(4, "little")
    return owner, _md5(padded + owner + permissions + _NUMBER)[:5]


def _encryption(owner: bytes, key: bytes) -> bytes:
    if not key:
        return b""
    user, number = _rc4(key, _PADDING).hex(), _NUMBER.hex()
    rules = f"/Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user}> /P {_PERMISSIONS}"
    return f" /ID [<{number}> <{number}>] /Encrypt << {rules} >>".encode()


def _object_key(key: bytes, number: int) -> bytes:
    return _md5(key + number.to_bytes(3, "little") + b"\0\0")[:10]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)
