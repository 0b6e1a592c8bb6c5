"""Filing: how much of the post is filed by itself, how much of that is right, and how many letters a second.

A generated office with misleading neighbours: couples, sons with their fathers' names, one number at several
insurers, letters that name third parties, and post of strangers.
`python -m bench.filing [families] [letters]`
"""

from __future__ import annotations

import sys
import time
from collections import Counter

import sqlalchemy as sa
from sqlmodel import select

from bench.offices import new_office, temporary_home
from core.contracts.contract import Contract, insurer_key, number_key
from core.customers.customer import Customer, new_row
from core.office import Office
from core.postbox.examining import examine
from core.postbox.record import Document, DocumentState
from core.store.statements import execute, table_of
from tests.support.letters import Town, Written

FAMILIES, LETTERS = 5_000, 5_000
RIGHT, ABOVE = 0.99, 0.80


def main(families: int = FAMILIES, count: int = LETTERS) -> None:
    """Prints shares and rate."""
    with temporary_home() as home:
        office = new_office(home)
        town = Town(2026, families)
        _settle(office, town)
        letters = list(town.letters(count))
        ids = [_deliver(office, one) for one in letters]
        start = time.perf_counter()
        examine(office)
        took = time.perf_counter() - start
        _print(office, town, letters, ids, took)
        office.store.close()


def _print(office: Office, town: Town, letters: list[Written], ids: list[int], took: float) -> None:
    with office.store.read() as session:
        documents = {one.id: one for one in session.exec(select(Document))}
        numbers = {one.id: one.number for one in session.exec(select(Customer))}
    above, wrong = 0, Counter[str]()
    for id_, letter in zip(ids, letters, strict=True):
        document = documents[id_]
        if document.state == DocumentState.FILED:
            above += 1
            wrong[letter.manner] += numbers.get(document.customer) != letter.whose
    right = 1 - wrong.total() / max(1, above)
    print(
        f"filing {len(letters)} letters among {len(town.customers)} customers, {len(town.policies)} contracts"
    )
    print(f"  filed by itself {above / len(letters):8.4f}  (wanted ≥ {ABOVE:.2f})")
    print(f"  of that right   {right:8.4f}  (wanted ≥ {RIGHT:.2f})")
    print(f"  letters/s       {len(letters) / took:8.0f}")
    for manner, number in wrong.items():
        if number:
            print(f"  wrong {manner}: {number}")


def _settle(office: Office, town: Town) -> None:
    with office.store.write() as session:
        rows = [new_row(one, at=office.now) for one in town.customers]
        execute(session, sa.insert(table_of(Customer)), rows)
        ids = {one.number: one.id for one in session.exec(select(Customer))}
        session.add_all(
            Contract(
                number=one.number,
                insurer=one.insurer,
                customer_number=one.customer["number"],
                customer=ids[one.customer["number"]],
                source_key=f"{insurer_key(one.insurer)}/{number_key(one.number)}",
                number_key=number_key(one.number),
                insurer_key=insurer_key(one.insurer),
                created_at=office.now,
                updated_at=office.now,
            )
            for one in town.unique()
        )


def _deliver(office: Office, letter: Written) -> int:
    stored = office.archive.store([letter.text.encode()])
    with office.store.write() as session:
        document = Document(
            sha256=stored.sha256, size=stored.size, file_name="Brief.txt", stored_at=office.now, **letter.said
        )
        session.add(document)
        session.flush()
        return document.id or 0


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
