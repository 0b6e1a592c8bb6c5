"""The sandbox's books, for whoever compares them with ours: endpoints that no fault ever strikes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from core.errors import LeitstandError
from jobs.sandbox.book import Held
from jobs.sandbox.faults import read_faults, read_known
from jobs.sandbox.memory import customer_as_json, entry_as_json
from jobs.sandbox.table import Table

if TYPE_CHECKING:
    from jobs.sandbox.server import Sandbox

ADMIN_PATH = "/__sandbox__/"

Endpoint = Callable[[Request], Any]


def admin_application(sandbox: Sandbox) -> Starlette:
    """GET book, entries, counts, account, faults; POST faults, customers, delete-numbers, unlock, reset.

    The postboxes' are below `post/`: GET accounts, shipments, counts; POST shipments, expire-tokens.
    """
    admin = _Admin(sandbox)
    asked: dict[str, Endpoint] = {
        "book": admin.book,
        "entries": admin.entries,
        "counts": admin.counts,
        "account": admin.account,
        "faults": admin.wrong,
        "post/accounts": admin.accounts,
        "post/shipments": admin.shipments,
        "post/counts": admin.post_counts,
    }
    told: dict[str, Endpoint] = {
        "faults": admin.set_faults,
        "customers": admin.preload,
        "delete-numbers": admin.delete_numbers,
        "unlock": admin.unlock,
        "post/shipments": admin.deliver,
        "post/expire-tokens": admin.expire_tokens,
        "reset": admin.reset,
    }
    routes = [Route(ADMIN_PATH + name, endpoint, methods=["GET"]) for name, endpoint in asked.items()]
    routes += [Route(ADMIN_PATH + name, endpoint, methods=["POST"]) for name, endpoint in told.items()]
    handlers = {LeitstandError: _wrong_usage, ValueError: _wrong_usage}
    return Starlette(routes=routes, exception_handlers=handlers)


class _Admin:
    """Asynchronous throughout: starlette runs plain functions in threads; the book belongs to the loop."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def book(self, _request: Request) -> Response:
        return JSONResponse([_held_as_json(held) for held in self.sandbox.extranet.book.held.values()])

    async def entries(self, request: Request) -> Response:
        number = request.query_params.get("number")
        entries = self.sandbox.extranet.book.entries
        chosen = [entry for entry in entries if number is None or entry.customer.number == number]
        return JSONResponse([entry_as_json(entry) for entry in chosen])

    async def counts(self, _request: Request) -> Response:
        return JSONResponse(_counts(self.sandbox))

    async def account(self, _request: Request) -> Response:
        door = self.sandbox.extranet.door
        return JSONResponse({**asdict(door.account), "locked": door.locked or door.account.locked})

    async def wrong(self, _request: Request) -> Response:
        self.sandbox.look_at_faults()
        file = self.sandbox.faults_file
        return PlainTextResponse(file.wrong if file else "")

    async def accounts(self, _request: Request) -> Response:
        services = self.sandbox.postboxes.services.items()
        return JSONResponse({name: asdict(service.lock.account) for name, service in services})

    async def shipments(self, _request: Request) -> Response:
        return JSONResponse(self.sandbox.postboxes.as_json())

    async def post_counts(self, _request: Request) -> Response:
        return JSONResponse(self.sandbox.postboxes.counts())

    async def deliver(self, request: Request) -> Response:
        made = self.sandbox.postboxes.deliver(await request.json())
        return JSONResponse([shipment.number for _at, shipment in made])

    async def expire_tokens(self, _request: Request) -> Response:
        for service in self.sandbox.postboxes.services.values():
            service.expire_tokens()
        return _DONE

    async def set_faults(self, request: Request) -> Response:
        text = (await request.body()).decode("utf-8")
        self.sandbox.set_faults(read_faults(text, "faults"))
        return _DONE

    async def preload(self, request: Request) -> Response:
        rows: list[dict[str, object]] = await request.json()
        tables = (Table(row, "customers", "customer", number) for number, row in enumerate(rows, 1))
        self.sandbox.preload([read_known(table) for table in tables])
        return _DONE

    async def delete_numbers(self, request: Request) -> Response:
        numbers: list[str] = await request.json()
        known = self.sandbox.extranet.book.delete_numbers(numbers)
        self.sandbox.memory.deleted(numbers)
        return JSONResponse(known)

    async def unlock(self, _request: Request) -> Response:
        for service in self.sandbox.postboxes.services.values():
            service.lock.unlock()
        return _DONE

    async def reset(self, _request: Request) -> Response:
        self.sandbox.start_over()
        return _DONE


def _counts(sandbox: Sandbox) -> dict[str, int]:
    book = sandbox.extranet.book
    effects = Counter(str(entry.effect) for entry in book.entries)
    return {
        "requests": sandbox.traffic.requests,
        "struck": sandbox.traffic.struck,
        "log_ins_refused": sandbox.extranet.door.refused,
        "customers": len(book.held),
        "duplicates": sum(bool(held.duplicate_of) for held in book.held.values()),
        **effects,
    }


def _held_as_json(held: Held) -> dict[str, Any]:
    return {
        "reference": held.reference,
        "numbers": held.numbers,
        "current": customer_as_json(held.current),
        "names": held.names,
        "created": held.created,
        "updated": held.updated,
        "duplicate_of": held.duplicate_of,
    }


async def _wrong_usage(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), status_code=400)


_DONE = Response(status_code=204)
