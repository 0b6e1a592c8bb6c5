"""Answers that are none: what proxies, maintenance pages, broken programs and evil ones send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from jobs.sandbox.reading import NAMESPACE
from jobs.sandbox.trouble import Garbage, Rubbish

_CHUNK = 64 * 1024
_DEPTH = 100_000
ENTITIES = '<!ENTITY a "angenommen"><!ENTITY b SYSTEM "file:///etc/hostname">'


@dataclass(frozen=True, slots=True)
class Rubble:
    """What a partner's answers look like when they are none: content type and text of each kind."""

    bodies: Mapping[Garbage, tuple[str, str]]
    huge: str
    """The beginning of an answer that never ends, well-formed up to where it is left."""
    xml_type: str
    escapes_status: int

    def status(self, rubbish: Rubbish) -> int:
        """200, but for the refusal whose message is full of control characters."""
        return self.escapes_status if rubbish.garbage is Garbage.ESCAPES else 200

    def content_type(self, rubbish: Rubbish) -> bytes:
        """What the answer claims to be."""
        kind = self.xml_type if rubbish.garbage is Garbage.HUGE else self.bodies[rubbish.garbage][0]
        return f"{kind}; charset=utf-8".encode()

    def length(self, rubbish: Rubbish) -> int:
        """How many bytes `chunks` yields in all."""
        return (
            rubbish.size if rubbish.garbage is Garbage.HUGE else len(self.bodies[rubbish.garbage][1].encode())
        )

    def chunks(self, rubbish: Rubbish) -> Iterator[bytes]:
        """The body."""
        if rubbish.garbage is not Garbage.HUGE:
            yield self.bodies[rubbish.garbage][1].encode()
            return
        start = self.huge.encode()[: rubbish.size]
        yield start
        left = rubbish.size - len(start)
        while left > 0:
            yield b"x" * min(left, _CHUNK)
            left -= _CHUNK


def rubble(start: str, end: str, kind: str, escapes_status: int) -> Rubble:
    """The kinds of rubbish around a refusal in XML; a message goes between `start` and `end`."""
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]>'
    doctype = f"<!DOCTYPE x [{ENTITIES}]>"
    bodies = {
        Garbage.HTML: ("text/html", "<!DOCTYPE html><html><body><h1>Wartungsarbeiten</h1><br></body></html>"),
        Garbage.HALF: (kind, f"{start}angenomm"),
        Garbage.EMPTY: (kind, ""),
        Garbage.TEXT: ("text/plain", "\x1b]0;sandbox\x07OK"),
        Garbage.DOCTYPE: (kind, f"{doctype}{start}&a;&b;{end}"),
        Garbage.ESCAPES: (kind, f"{start}\u202e\u009b2J[bold]\u200b{end}"),
        Garbage.BOMB: (kind, f"{bomb}{start}&l9;{end}"),
        Garbage.DEEP: (kind, f"{start}{'<a>' * _DEPTH}{'</a>' * _DEPTH}{end}"),
    }
    return Rubble(bodies, start, kind, escapes_status)


def _extranet() -> Rubble:
    start = f'<Antwort xmlns="{NAMESPACE}" status='
    usual = rubble(f'{start}"abgelehnt"><Meldung>', "</Meldung></Antwort>", "application/xml", 422)
    doctype = f'<!DOCTYPE Antwort [{ENTITIES}]>{start}"&a;"><Meldung>&b;</Meldung></Antwort>'
    own = {Garbage.HALF: f'{start}"angenommen" vemanum', Garbage.DOCTYPE: doctype}
    bodies = {**usual.bodies, **{kind: (usual.xml_type, text) for kind, text in own.items()}}
    return replace(usual, bodies=bodies)


EXTRANET = _extranet()
