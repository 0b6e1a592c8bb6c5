"""Waiting for what another thread or process does; with an end, so that a test fails instead of hanging."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

T = TypeVar("T")
PATIENCE = 60.0


def wait_until(it_is_so: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Returns as soon as it is so; fails after a while."""
    end = time.monotonic() + seconds
    while not it_is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


class InBackground(Generic[T]):
    """Something that runs in a thread of its own; `result` waits for it and raises what it raised."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work, self._result, self._error = work, list[T](), list[BaseException]()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread.is_alive()

    def result(self, seconds: float = PATIENCE) -> T:
        """What it answered; fails where it has not ended after a while."""
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "it did not end"
        if self._error:
            raise self._error[0]
        return self._result[0]

    def _run(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            self._error.append(error)
