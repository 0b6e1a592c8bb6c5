"""Answers that are none: what proxies, maintenance pages, broken programs and evil ones send."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.sandbox.faults import Garbage, Rubbish
from jobs.sandbox.reading import NAMESPACE

_CHUNK = 64 * 1024
_START = f'<Antwort xmlns="{NAMESPACE}" status='
_ENTITIES = '<!ENTITY a "angenommen"><!ENTITY b SYSTEM "file:///etc/hostname">'
_DOCTYPE = f'<!DOCTYPE Antwort [{_ENTITIES}]>{_START}"&a;"><Meldung>&b;</Meldung></Antwort>'
_ESCAPES = f'{_START}"abgelehnt"><Meldung>\u202e\u009b2J[bold]\u200b</Meldung></Antwort>'

_BODIES = {
    Garbage.HTML: ("text/html", "<!DOCTYPE html><html><body><h1>Wartungsarbeiten</h1><br></body></html>"),
    Garbage.HALF: ("application/xml", f'{_START}"angenommen" vemanum'),
    Garbage.EMPTY: ("application/xml", ""),
    Garbage.TEXT: ("text/plain", "\x1b]0;sandbox\x07OK"),
    Garbage.DOCTYPE: ("application/xml", _DOCTYPE),
    Garbage.ESCAPES: ("application/xml", _ESCAPES),
}


def status(rubbish: Rubbish) -> int:
    """200, but for the refusal whose message is full of control characters."""
    return 422 if rubbish.garbage is Garbage.ESCAPES else 200


def content_type(rubbish: Rubbish) -> bytes:
    """What the answer claims to be."""
    kind = "application/xml" if rubbish.garbage is Garbage.HUGE else _BODIES[rubbish.garbage][0]
    return f"{kind}; charset=utf-8".encode()


def length(rubbish: Rubbish) -> int:
    """How many bytes `chunks` yields in all."""
    return rubbish.size if rubbish.garbage is Garbage.HUGE else len(_BODIES[rubbish.garbage][1].encode())


def chunks(rubbish: Rubbish) -> Iterator[bytes]:
    """The body; the huge one is well-formed up to where it is left."""
    if rubbish.garbage is not Garbage.HUGE:
        yield _BODIES[rubbish.garbage][1].encode()
        return
    start = f'{_START}"abgelehnt"><Meldung>'.encode()[: rubbish.size]
    yield start
    left = rubbish.size - len(start)
    while left > 0:
        yield b"x" * min(left, _CHUNK)
        left -= _CHUNK
