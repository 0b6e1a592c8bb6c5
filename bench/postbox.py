"""Fetching post against zeep: the same sandbox, the same shipments, as many threads.

Each client is a process of its own, started anew. All keep the file in an archive, synced; ours keep the raw
answer as well, and `collect` notes both in SQLite FULL. zeep strips line breaks off the ends of what is
binary.
`python -m bench.postbox [shipments] [megabytes]`
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from threading import Event

from bench.offices import new_office, temporary_home
from jobs.sandbox.client import VemaSandbox, spawned_sandbox

SHIPMENTS = 500
SIZE = 200_000
MEGABYTES = 60
THREADS = 3
ROUNDS = 3
_SHOWN = {
    "zeep": "zeep, file in an archive",
    "client": "our client, answer and file in an archive",
    "collect": "leitstand collect: the same, and SQLite FULL",
}
Measured = tuple[float, float, int]
"""Seconds, peak memory in MB, files."""


def main(shipments: int, megabytes: int) -> None:
    """Prints the rates, what each made of the bytes, and the memory that one large shipment takes."""
    rates = _rates(shipments)
    print(f"fetching {shipments} shipments of {SIZE // 1000} kB by MTOM, {THREADS} threads, {ROUNDS} rounds")
    for name, (rate, ratio, whole) in rates.items():
        wanted = "  (wanted ≥ 1.50)" if name == "client" else ""
        print(f"  {_SHOWN[name]:<42} {rate:6.0f}/s  {whole:5d} byte for byte  {ratio:5.2f}{wanted}")
    small, large, zeeps = _memory(megabytes)
    print(f"peak memory of the process on one shipment of {megabytes} MB")
    print(f"  {_SHOWN['zeep']:<42} {zeeps:6.0f} MB")
    print(f"  {_SHOWN['collect']:<42} {large:6.0f} MB  (wanted ≤ {zeeps / 2:.0f})")
    print(f"  {'the same with 1 MB':<42} {small:6.0f} MB  (difference {large - small:+.0f}, wanted ≤ 20)")


def _rates(shipments: int) -> dict[str, tuple[float, float, int]]:
    """Shipments per second, ratio to zeep's (medians of rounds), files that came as they were put in."""
    found: dict[str, list[float]] = {name: [] for name in _SHOWN}
    whole = dict.fromkeys(_SHOWN, 0)
    with temporary_home() as home, spawned_sandbox(home / "sandbox") as sandbox:
        sandbox.post.deliver(*(_long(f"L{number}", SIZE, number) for number in range(shipments)))
        wanted = Counter(one.files[0].sha256 for one in sandbox.post.shipments)
        for turn in range(ROUNDS):
            for name in _SHOWN:
                folder = home / f"{name}-{turn}"
                folder.mkdir()
                took, _memory, _files = _measured(name, folder, sandbox.base_url, sandbox.ca_file)
                found[name].append(shipments / took)
                whole[name] = _as_put_in(folder, wanted)
    ratios = {
        name: median(ours / peer for ours, peer in zip(found[name], found["zeep"], strict=True))
        for name in _SHOWN
    }
    return {name: (median(found[name]), ratios[name], whole[name]) for name in _SHOWN}


def _memory(megabytes: int) -> tuple[float, float, float]:
    """Peak memory in MB: ours with 1 MB, ours with the large shipment, zeep's with the large one."""
    peaks: list[float] = []
    for name, size in (("collect", 1), ("collect", megabytes), ("zeep", megabytes)):
        with temporary_home() as home, spawned_sandbox(home / "sandbox") as sandbox:
            sandbox.post.deliver(_long("L", size * 1_000_000, 1))
            folder = home / name
            folder.mkdir()
            _took, peak, files = _measured(name, folder, sandbox.base_url, sandbox.ca_file)
            assert files == 1, (name, files)
            peaks.append(peak)
    small, large, zeeps = peaks
    return small, large, zeeps


def _long(number: str, size: int, seed: int) -> dict[str, object]:
    return {"id": number, "file": [{"kind": "long", "size": size, "seed": seed}]}


def _measured(name: str, folder: Path, base_url: str, ca_file: Path) -> Measured:
    command = [sys.executable, "-m", "bench.postbox", name, str(folder), base_url, str(ca_file)]
    if name != "zeep":
        subprocess.run([*command, "prepare"], check=True)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    assert status == 0, (name, status)
    took, files = said.split()
    return float(took), usage.ru_maxrss / 1024, int(files)


def _as_put_in(folder: Path, wanted: Counter[str]) -> int:
    """How many of the files are found in a folder, whatever they are called there."""
    found = Counter(_hashes(folder))
    return sum(min(number, found[sha256]) for sha256, number in wanted.items())


def _hashes(folder: Path) -> Iterable[str]:
    for file in folder.rglob("*"):
        if file.is_file():
            yield hashlib.sha256(file.read_bytes()).hexdigest()


def child(name: str, folder: Path, base_url: str, ca_file: Path, prepare: bool) -> None:
    """One client; prints seconds and files. Our office is made beforehand, by another process."""
    sandbox = VemaSandbox(base_url, ca_file)
    if name == "zeep":
        from bench import zeep_peer

        zeep_peer.main(sandbox.post.reach(), str(ca_file), folder, THREADS)
    elif prepare:
        _prepare(folder, sandbox)
    elif name == "client":
        _fetch(folder)
    else:
        _collect(folder)


def _prepare(folder: Path, sandbox: VemaSandbox) -> None:
    new_office(folder, sandbox).store.close()
    reach = sandbox.post.reach()
    with (folder / "leitstand.toml").open("a", encoding="utf-8") as file:
        file.write(f'postbox_login_url = "{reach.log_in_url}"\npostbox_url = "{reach.transfer_url}"\n')


def _collect(folder: Path) -> None:
    import core.partners.bipro.client  # noqa: F401  # pyright: ignore[reportUnusedImport]
    from core.opening import open_office
    from jobs.post import Collection

    office = open_office(folder, {}, operator="bench")
    start = time.perf_counter()
    result = Collection(office, "vema", Event()).run()
    took = time.perf_counter() - start
    assert result.trouble is None, str(result.trouble)
    assert result.counts["stored"] == result.counts["listed"], result.counts
    print(took, result.counts["documents"])
    office.store.close()


def _fetch(folder: Path) -> None:
    """The client alone: what it fetches is read, and kept in the archive."""
    from core.opening import open_office
    from core.outbox.connect import credentials_of
    from core.postbox.receiving import read

    office = open_office(folder, {}, operator="bench")
    credentials, _account = credentials_of(office, "vema")
    postbox = office.postbox("vema")
    connection = postbox.connect(credentials, office.clock)

    def fetch(number: str) -> int:
        arrived = read(office, postbox, connection.fetch(number, office.archive))
        assert arrived.contents is not None, str(arrived.trouble)
        return len(arrived.contents.files)

    start = time.perf_counter()
    offered = connection.offered()
    with ThreadPoolExecutor(THREADS) as pool:
        files = sum(pool.map(fetch, [one.number for one in offered]))
    print(time.perf_counter() - start, files)
    connection.close()
    office.store.close()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if len(arguments) >= 4:
        child(arguments[0], Path(arguments[1]), arguments[2], Path(arguments[3]), len(arguments) == 5)
    else:
        numbers = [int(argument) for argument in arguments]
        main(*(numbers + [SHIPMENTS, MEGABYTES][len(numbers) :]))
