"""Work that must not hold up a key: done in threads; what comes back is handled where the widgets live."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

from textual.app import App
from textual.message import Message as Event
from textual.widget import Widget
from textual.worker import Worker, get_current_worker  # pyright: ignore[reportUnknownVariableType]

from core.errors import LeitstandError
from core.locale import Message, _

log = logging.getLogger("leitstand.console")
T = TypeVar("T")
Cancelled = Callable[[], bool]
"""Whether nobody waits for the work any more."""


class Done(Event):
    """Work in a thread has ended well; `then` takes its result, on the message loop."""

    bubble = False

    def __init__(self, then: Callable[[Any], None], result: object) -> None:
        super().__init__()
        self.then, self.result = then, result


class Failed(Event):
    """Work in a thread could not be done; bubbles up to the console, which says so."""

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message


class TakesResults:
    """For widgets and the console: what they had done in the background is handled on their message loop."""

    def on_done(self, event: Done) -> None:
        """Work has ended."""
        event.stop()
        event.then(event.result)


def in_background(
    node: Widget | App[Any],
    group: str,
    work: Callable[[Cancelled], T],
    then: Callable[[T], None],
    *,
    exclusive: bool = True,
    failed: Callable[[Message], None] | None = None,
) -> Worker[None]:
    """Does `work` in a thread and hands its result to `then`; `exclusive`: what the group did before is void.

    An error becomes a message for the operator: to `failed` where it is given, else to the console.
    """

    def run() -> None:
        worker = cast("Worker[None]", get_current_worker())
        event: Event
        try:
            event = Done(then, work(lambda: worker.is_cancelled))
        except LeitstandError as error:
            event = Failed(error.message) if failed is None else Done(failed, error.message)
        except OSError as error:
            reason = error.strerror or str(error)
            message = _("{file}: {reason}", file=str(error.filename or ""), reason=reason)
            event = Failed(message) if failed is None else Done(failed, message)
        except Exception as error:
            log.exception("work in the background failed")
            message = _(
                "An error of our own: {kind}. LEITSTAND_DEBUG=1 shows where.", kind=type(error).__name__
            )
            event = Failed(message) if failed is None else Done(failed, message)
        if not worker.is_cancelled and node.is_running:
            node.post_message(event)

    return node.run_worker(run, group=group, exclusive=exclusive, thread=True, exit_on_error=False)
