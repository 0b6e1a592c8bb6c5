"""`python -m tests.chaos.nursery`: loads the product once and forks workers from it.

Commands come line by line on standard input, answers go to standard output: `start HOME [FAILPOINT]` answers
with the worker's process id, `wait PID` with its exit status as waitpid has it. Workers die with the nursery.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn

import jobs.bulk
import jobs.leading
import jobs.worker
from core.opening import open_office
from core.partners.vema.client import VemaConnection
from jobs import delivery
from jobs.worker import Worker

PR_SET_PDEATHSIG = 1
_GO_ON = threading.Event()


def main() -> None:
    """Obeys until standard input ends."""
    jobs.bulk.POLL_SECONDS = jobs.worker.POLL_SECONDS = 0.02
    jobs.bulk.TRIED_AGAIN_AFTER = jobs.worker.TRIED_AGAIN_AFTER = 0.2
    jobs.worker.RENEW_EVERY = timedelta(seconds=0.2)
    jobs.leading.LEASE = timedelta(seconds=1.5)
    for line in sys.stdin:
        match line.split():
            case ["start", home, *failpoint]:
                _answer(os.fork() or _work(Path(home), *failpoint))
            case ["wait", pid]:
                _answer(os.waitpid(int(pid), 0)[1])
            case _:
                raise SystemExit(f"what is {line!r}?")


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _work(home: Path, failpoint: str = "") -> NoReturn:
    status = 70
    try:
        signal.signal(signal.SIGUSR1, lambda *_given: _GO_ON.set())
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        logging.basicConfig(filename=home / f"worker-{os.getpid()}.log", level=logging.INFO, force=True)
        sys.stdin.close()
        if failpoint:
            FAILPOINTS[failpoint]()
        worker = Worker(open_office(home))
        worker.listen_to_signals()
        worker.run()
        status = 0
    except BaseException:
        logging.getLogger("leitstand.chaos").exception("the worker broke")
    finally:
        os._exit(status)


def _die(*_given: object, **_named: object) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed")


def _dies_after(place: Any, name: str) -> Callable[[], None]:
    def install() -> None:
        right = getattr(place, name)

        def wrong(*given: Any, **named: Any) -> NoReturn:
            right(*given, **named)
            _die()

        setattr(place, name, wrong)

    return install


def _dies_instead_of(place: Any, name: str) -> Callable[[], None]:
    return lambda: setattr(place, name, _die)


def _waits_before(place: Any, name: str) -> Callable[[], None]:
    def install() -> None:
        right = getattr(place, name)

        def wrong(*given: Any, **named: Any) -> Any:
            _GO_ON.wait()
            return right(*given, **named)

        setattr(place, name, wrong)

    return install


FAILPOINTS: dict[str, Callable[[], None]] = {
    "before-the-claim-is-committed": _dies_after(delivery, "claim"),
    "after-the-claim-is-committed": _dies_instead_of(VemaConnection, "send"),
    "after-the-answer": _dies_after(VemaConnection, "send"),
    "before-the-settling-is-committed": _dies_after(delivery, "settle"),
    "waits-before-sending": _waits_before(VemaConnection, "send"),
}

if __name__ == "__main__":
    main()
