"""The console in a real terminal of 140 columns and 40 lines, beside Textual's own lists and one Static.

`python -m bench.console [starting keys traffic memory crowd]`. Every program is a process of its own, imports
sqlmodel and reads through the same engine; ratios are of medians. Programs are compiled beforehand, as
installed ones are. On a busy machine trust ratios only.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import crowd
from bench.offices import temporary_home
from bench.queues import Homes, number_of
from bench.terminal import DOWN, END, PAGE_DOWN, PAGE_UP, Terminal

ROUNDS = 2
STARTS = 3
SIZES = (1_000, 100_000, 1_000_000)
SMALL, MIDDLE, LARGE = SIZES
PRESSED, PAGED, HELD = 25, 10, 60
A_SECOND = 30
"""How often a held key repeats."""
FIRST_ROW = number_of(1).encode()
WATCHED = 10.0


class Bench:
    """The offices of one run, and how programs are started in them."""

    def __init__(self, home: Path) -> None:
        self.homes = Homes(home)
        self.compiled = {"PYTHONPYCACHEPREFIX": str(home / "compiled")}

    def console(self, transfers: int) -> Terminal:
        """The console on a queue of so many transfers."""
        home = str(self.homes.of(transfers))
        return self._program("bench.opened", "--home", home, "--lang", "en")

    def peer(self, name: str, transfers: int = 0) -> Terminal:
        """Another way to show the same queue."""
        url = [f"sqlite:///{self.homes.of(transfers)}/leitstand.db"] if transfers else []
        return self._program("bench.peers", name, *url)

    def _program(self, module: str, *arguments: str) -> Terminal:
        return Terminal([sys.executable, "-m", module, *arguments], self.compiled)


def starting(bench: Bench) -> None:
    """First frame and usable list, against an app with one Static that imports sqlmodel."""
    found: dict[str, list[float]] = {"peer": []}
    for number in range(ROUNDS * STARTS + 1):
        times = {"peer": _until(bench.peer("static"), b"ready to be read")[0]}
        for size in (SMALL, LARGE):
            first, usable = _until(bench.console(size), rb"\x1b\[\?1049h(?s:.)*Leitstand", FIRST_ROW)
            times |= {f"first {size}": first, f"usable {size}": usable}
        if number:
            # the first round compiles
            for name, took in times.items():
                found.setdefault(name, []).append(took)
    peer, *rest = (statistics.median(values) for values in found.values())
    print(f"starting, medians of {ROUNDS * STARTS}; one Static and sqlmodel: {peer * 1000:.0f} ms")
    for size, first, usable in ((SMALL, *rest[:2]), (LARGE, *rest[2:])):
        _say(f"first frame, {size:,}", first * 1000, "ms", first / peer, 1.3)
        _say(f"usable list, {size:,}", usable * 1000, "ms", usable / peer, 1.6)
    _say("usable, 1,000,000 by 1,000", rest[3] * 1000, "ms", rest[3] / rest[1], 1.2)


def _until(program: Terminal, *patterns: bytes) -> list[float]:
    with program as terminal:
        return [terminal.wait_for(pattern) for pattern in patterns]


def keys(bench: Bench) -> None:
    """Cursor keys and pages on 100,000 rows against textual-fastdatatable; the fill against DataTable's."""
    rounds = [
        [
            _presses(bench.console(MIDDLE), warm_up=number == 0),
            _presses(bench.peer("fastdatatable", MIDDLE), warm_up=number == 0),
        ]
        for number in range(ROUNDS)
    ]
    down, paged, usable = (
        [statistics.median(one[which][what] for one in rounds) for which in (0, 1)] for what in range(3)
    )
    fill = _until(bench.peer("datatable", MIDDLE), FIRST_ROW)[0]
    print(f"keys on 100,000 rows, medians of {ROUNDS} rounds, beside textual-fastdatatable")
    _say("cursor key to repaint", down[0] * 1000, "ms", down[0] / down[1], 0.6)
    _say("page-down to repaint", paged[0] * 1000, "ms", paged[0] / paged[1], 0.25)
    _say("usable list by DataTable's fill", usable[0] * 1000, "ms", usable[0] / fill, 0.05)


def _presses(program: Terminal, *, warm_up: bool) -> tuple[float, float, float]:
    with program as terminal:
        usable = terminal.wait_for(FIRST_ROW)
        terminal.settle(1.5 if warm_up else 1.0)
        return _median(terminal, DOWN, PRESSED), _median(terminal, PAGE_DOWN, PAGED), usable


def _median(terminal: Terminal, key: bytes, times: int) -> float:
    taken: list[float] = []
    for _press in range(times):
        taken.append(terminal.press(key).seconds)
        terminal.settle(0.25)
    return statistics.median(taken)


def traffic(bench: Bench) -> None:
    """Bytes of a held cursor key with the detail open, and what comes while nobody does anything."""
    held: list[float] = []
    idle = 0
    for _round in range(ROUNDS):
        with bench.console(MIDDLE) as terminal:
            terminal.wait_for(FIRST_ROW)
            terminal.settle(2.0)
            number = 0
            for _key in range(HELD):
                terminal.send(DOWN)
                number += len(terminal.listen(1 / A_SECOND))
            held.append((number + terminal.settle()) / HELD)
            # a minute that passes in between makes every age older: that is no idle traffic
            idle = max(idle, min(len(terminal.listen(WATCHED)) for _watch in range(2)))
    print(f"bytes to the terminal, {HELD} cursor keys at {A_SECOND} per second, detail open")
    _say("per held key", statistics.median(held), "bytes", statistics.median(held) / 1200, 1.0)
    print(f"  {'idle for 10 s':34} {idle:8} bytes  (wanted 0)")


def memory(bench: Bench) -> None:
    """Memory with the whole view read and its end looked at."""
    used: list[tuple[float, float]] = []
    for size in (SMALL, LARGE):
        with bench.console(size) as terminal:
            terminal.wait_for(FIRST_ROW)
            terminal.settle(2.0)
            terminal.send(END)
            terminal.wait_for(number_of(size).encode())
            for key in [PAGE_UP] * 5:
                terminal.press(key)
                terminal.settle(0.3)
            used.append((terminal.memory, terminal.peak))
    (small, _peak), (large, peak) = used
    print(f"memory: {small:.0f} MB at 1,000 transfers, {large:.0f} MB at 1,000,000 (peak {peak:.0f} MB)")
    _say("more at 1,000,000", large - small, "MB", (large - small) / 60, 1.0)


def loading(bench: Bench) -> None:
    """Keys while the million ids of a view are still being read."""
    with bench.console(LARGE) as terminal:
        terminal.wait_for(FIRST_ROW)
        worst = crowd.presses(terminal, 1, seconds=3.0)
    print("keys during the first three seconds on 1,000,000 rows")
    print(f"  median {statistics.median(worst) * 1000:.0f} ms, longest {max(worst) * 1000:.0f} ms")


def _say(name: str, value: float, unit: str, ratio: float, wanted: float) -> None:
    print(f"  {name:34} {value:8.1f} {unit:5} {ratio:6.3f}  (wanted ≤ {wanted:.2f})", flush=True)


PARTS: dict[str, Callable[[Bench], None]] = {
    "starting": starting,
    "keys": keys,
    "traffic": traffic,
    "memory": memory,
    "loading": loading,
    "crowd": lambda bench: crowd.main(bench.compiled),
}


def main(names: Sequence[str] = ()) -> None:
    """Runs the parts that are named, or all."""
    start = time.perf_counter()
    with temporary_home() as home:
        bench = Bench(home)
        for name in names or PARTS:
            PARTS[name](bench)
    print(f"console: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
