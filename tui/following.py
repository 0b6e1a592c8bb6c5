"""Following what others commit: rows in sight change at once, other ids are counted, and nothing jumps."""

from __future__ import annotations

import time
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.background import Cancelled, in_background
from tui.listed import ListedWorklist
from tui.reading import read_view
from tui.view import View

if TYPE_CHECKING:
    from tui.pane import TriagePane

COSTS = 15.0
"""A view is read anew at most in one part of so many of the time: a long one seldom, a short one at once."""
AT_LEAST = 0.5
SPARSE = 64
"""From how many possible ids to one on a set of them takes less room than a flag for each."""


@dataclass(frozen=True)
class Drift:
    """How the view that is shown and the same view read anew differ."""

    ids: array[int]
    new: int
    gone: frozenset[int]


def drift(before: array[int], after: array[int]) -> Drift | None:
    """What came and what went; None where nothing did."""
    if before == after:
        return None
    same = _same_beginning(before, after)
    old, fresh = before[same:], after[same:]
    return Drift(after, len(_lacking(fresh, old)), frozenset(_lacking(old, fresh)))


def _same_beginning(before: array[int], after: array[int]) -> int:
    """How many ids both begin with."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _lacking(ids: array[int], others: array[int]) -> list[int]:
    """Those that are not among the others. A set of a million ids would take 60 MB, a flag each takes one."""
    if not others:
        return list(ids)
    low, high = min(others), max(others)
    if high - low > SPARSE * len(others):
        known = set(others)
        return [id_ for id_ in ids if id_ not in known]
    flags = bytearray(high - low + 1)
    for id_ in others:
        flags[id_ - low] = 1
    return [id_ for id_ in ids if not (low <= id_ <= high and flags[id_ - low])]


class Follower:
    """Keeps one pane up to date with its database."""

    def __init__(self, pane: TriagePane) -> None:
        self.pane = pane
        self.news: Drift | None = None
        self.may_read_at = 0.0
        self.is_waiting = self.is_reading = False

    def forget(self) -> None:
        """The view was made anew: there is no news."""
        self.news = None

    def catch_up(self) -> None:
        """Something was committed."""
        pane = self.pane
        pane.loader.reread_rows()
        pane.reload_detail()
        if self.is_waiting:
            return
        if self.is_reading or not pane.list.view.complete or time.monotonic() < self.may_read_at:
            self.is_waiting = True
            pane.set_timer(max(AT_LEAST, self.may_read_at - time.monotonic()), self._look_again)
        else:
            self._read()

    def _look_again(self) -> None:
        self.is_waiting = False
        if self.is_reading or not self.pane.list.view.complete:
            self.catch_up()
        else:
            self._read()

    def _read(self) -> None:
        pane = self.pane
        asked = pane.loader.asked()
        if asked is None:
            return
        view, started = pane.list.view, time.monotonic()
        self.is_reading = True

        def work(cancelled: Cancelled) -> Drift | None:
            return drift(view.ids, read_view(pane.office, pane.worklist, asked, cancelled))

        def then(found: Drift | None) -> None:
            took = time.monotonic() - started
            self.is_reading = False
            self.may_read_at = time.monotonic() + max(AT_LEAST, took * COSTS)
            if view is pane.list.view and pane.loader.asked() == asked:
                self._take(view, found)

        in_background(pane, "news", work, then, failed=lambda _message: then(None))

    def _take(self, view: View, found: Drift | None) -> None:
        list_ = self.pane.list
        if found is not None and (not len(view) or isinstance(self.pane.worklist, ListedWorklist)):
            # nobody works through an empty list, or one that is computed: it is shown as it is now
            self.pane.action_refresh()
            return
        bottom = list_.top + list_.height
        back = view.gone if found is None else view.gone - found.gone
        if found is None or found.ids[:bottom] == view.ids[:bottom]:
            # nothing in sight moves: it is taken over at once
            self.news = None
            view.gone = set()
            if found is not None:
                view.ids = found.ids
                list_.extended()
            list_.rows_came(sorted(back))
        else:
            changed = view.gone ^ found.gone
            view.gone = set(found.gone)
            self.news = found
            list_.rows_came(sorted(changed))
        self.pane.marks_may_hide()
        self.pane.show_status()
