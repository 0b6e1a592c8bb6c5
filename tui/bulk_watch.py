"""Follows the bulk actions of this console while a worker carries them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from tui.background import in_background

if TYPE_CHECKING:
    from tui.app import Console
    from tui.dialogs.progress import Course

LOOKS = 0.5
"""Seconds between two looks at how far they are."""


class BulkWatch:
    """How far bulk actions are, in one word for the header; what became of them is said at their end."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.courses: dict[int, Course | None] = {}
        self._timer: Timer | None = None

    @property
    def in_short(self) -> str:
        """Such as 45 %; nothing where nothing is under way."""
        known = [one for one in self.courses.values() if one is not None]
        total, reached = sum(one.total for one in known), sum(one.reached for one in known)
        return f"{100 * reached // total} %" if total else ""

    def resume(self) -> None:
        """Follows what this operator submitted before, here or elsewhere."""
        from tui.dialogs.asking import running

        def then(actions: list[int]) -> None:
            for action in actions:
                self.follow(action)

        in_background(self.console, "bulk-running", lambda _cancelled: running(self.console.office), then)

    def follow(self, action: int) -> None:
        """From now on until it has ended."""
        self.courses.setdefault(action, None)
        if self._timer is None:
            self._timer = self.console.set_interval(LOOKS, self._look)
        self._look()

    def _look(self) -> None:
        from tui.dialogs.progress import course_of

        office, actions = self.console.office, tuple(self.courses)
        in_background(
            self.console,
            "bulk",
            lambda _cancelled: [course_of(office, action) for action in actions],
            self._take,
            failed=lambda _message: None,
        )

    def _take(self, courses: list[Course]) -> None:
        for one in courses:
            if one.id not in self.courses:
                continue
            if one.is_unfinished:
                self.courses[one.id] = one
            else:
                del self.courses[one.id]
                self._ended(one)
        if not self.courses and self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.console.show_header()

    def _ended(self, one: Course) -> None:
        self.console.tell(one.in_short(self.console.shown))
        self.console.on_committed()
