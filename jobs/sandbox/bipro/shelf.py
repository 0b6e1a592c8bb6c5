"""Which shipments a simulated postbox holds, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from jobs.sandbox.request import Streamed


class How(StrEnum):
    """How a shipment brings its files."""

    MTOM = "mtom"
    INLINE = "inline"  # base64 in the XML
    DATA_ONLY = "data-only"  # none: the XML is all there is


@dataclass(frozen=True, slots=True)
class File:
    """One file; `cid` as the part's header has it, "" for one that is made up."""

    name: str
    content: Streamed
    media_type: str = "application/pdf"
    title: str = ""
    cid: str = ""
    encoding: str = "binary"
    """Of its part: binary or base64."""
    transfer: int = 1
    net_data: bool = False
    compressed: bool = False


@dataclass(slots=True)
class Shipment:
    """What lies in the postbox; dates and particulars as they are written into the XML, "" for none."""

    number: str
    category: str = "100007000"
    files: tuple[File, ...] = ()
    particulars: Mapping[str, str] = field(default_factory=dict[str, str])
    """XML name to text, for the Transfer."""
    how: How = How.MTOM
    charset: str = "utf-8"
    odd_headers: bool = False
    dangling: bool = False
    """Its references lead nowhere; the parts are there all the same."""
    vanished: bool = False
    expired: bool = False
    offered_at: str = ""
    available_until: str = ""
    line: str = ""
    sort: str = "1004"
    confidential: str = ""
    fetched: int = 0
    """How often it was sent."""
    acknowledged: int = 0
    """How often it was acknowledged, the refused times included."""

    @property
    def boundary(self) -> str:
        """What separates the parts of its answer."""
        return f"uuid:{uuid5(NAMESPACE_URL, self.number)}"


class Shelf:
    """The shipments of one service, in the order in which they came."""

    def __init__(self) -> None:
        self.shipments: dict[str, Shipment] = {}

    def add(self, shipments: Iterable[Shipment]) -> list[Shipment]:
        """Adds those whose numbers it does not know yet, and returns them."""
        new = [shipment for shipment in shipments if shipment.number not in self.shipments]
        self.shipments.update((shipment.number, shipment) for shipment in new)
        return new

    def listed(self, with_acknowledged: bool) -> list[Shipment]:
        """What a list contains."""
        return [one for one in self.shipments.values() if with_acknowledged or not one.acknowledged]
