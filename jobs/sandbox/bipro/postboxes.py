"""The postboxes of a running sandbox: filled, emptied, remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jobs.sandbox.account import Lock
from jobs.sandbox.bipro.content import sha256
from jobs.sandbox.bipro.service import PostService, PostVisit
from jobs.sandbox.bipro.shelf import Shipment
from jobs.sandbox.bipro.style import PATHS, STANDARD, STYLES, VEMA
from jobs.sandbox.bipro.wishes import Post, read_shipments
from jobs.sandbox.request import Request
from jobs.sandbox.table import Table

Tables = Sequence[Mapping[str, object]]


class Postboxes:
    """Both services. `record` is told beforehand of what has to outlast a restart, and may raise OSError."""

    def __init__(
        self, clock: Callable[[], float], vema: Lock, record: Callable[[Mapping[str, object]], None]
    ) -> None:
        self.post = Post()
        self._insurer = Lock(STANDARD.account)
        locks = {VEMA.name: vema, STANDARD.name: self._insurer}
        self.services = {
            name: PostService(style, locks[name], clock, self._acknowledged) for name, style in STYLES.items()
        }
        self._record = record
        self._deliveries = 0

    def set_post(self, post: Post) -> None:
        """What a faults file says, from now on; what lies there stays."""
        self.post = post
        self._insurer.account = post.insurer
        for name, service in self.services.items():
            service.manner = post.manners[name]
        for at, shipment in post.shipments:
            self.services[at].shelf.add([shipment])

    def visit(self, request: Request) -> PostVisit | None:
        """Handles a request; None where no service has its address."""
        style = PATHS.get(request.path)
        return PostVisit(self.services[style.name], self.post, request) if style else None

    def deliver(self, tables: Tables) -> list[tuple[str, Shipment]]:
        """Puts shipments in; answers where and which. Raises WrongUsage."""
        made = self._read(tables)
        self._record({"shipments": list(tables)})
        return self._put(made)

    def replay(self, event: Mapping[str, Any]) -> None:
        """Makes true once more what `record` was told."""
        if "shipments" in event:
            self._put(self._read(event["shipments"]))
        if "acknowledged" in event:
            at, number = event["acknowledged"]
            shipment = self.services[at].shelf.shipments.get(number)
            if shipment:
                shipment.acknowledged = 1

    def counts(self) -> dict[str, dict[str, int]]:
        """How often each service was asked for what; by its name."""
        return {
            name: {**service.counts, "log_ins_refused": service.lock.refused}
            for name, service in self.services.items()
        }

    def as_json(self) -> list[dict[str, object]]:
        """Every shipment with the sizes and hashes of its files."""
        return [
            _as_json(name, shipment)
            for name, service in self.services.items()
            for shipment in service.shelf.shipments.values()
        ]

    def _read(self, tables: Tables) -> list[tuple[str, Shipment]]:
        named = [Table(table, "shipments", "shipment", number) for number, table in enumerate(tables, 1)]
        return read_shipments(named, f"N{self._deliveries + 1}.")

    def _put(self, made: Sequence[tuple[str, Shipment]]) -> list[tuple[str, Shipment]]:
        self._deliveries += 1
        for at, shipment in made:
            self.services[at].shelf.add([shipment])
        return list(made)

    def _acknowledged(self, at: str, number: str) -> None:
        self._record({"acknowledged": [at, number]})


def _as_json(at: str, shipment: Shipment) -> dict[str, object]:
    files = [
        {"name": file.name, "size": len(file.content), "sha256": sha256(file.content), "title": file.title}
        for file in shipment.files
    ]
    return {
        "at": at,
        "number": shipment.number,
        "category": shipment.category,
        "fetched": shipment.fetched,
        "acknowledged": shipment.acknowledged,
        "files": files,
    }
