"""`leitstand demo`: a synthetic office with simulated partners, in one command."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

import click

from core.errors import WrongUsage
from core.locale import _
from jobs.commands.frame import Call, Frame, is_terminal
from jobs.commands.grammar import command, option

CUSTOMERS = 300
SEED = 2026
VARIABLES = ("LEITSTAND_DATABASE_URL",)
"""What of the environment also holds for the demo; its own home is never the office's."""


@command(
    "demo",
    _("A synthetic office with simulated partners: the whole errand, and its summary as JSON."),
    formats=("json",),
)
@option("--headless", is_flag=True, help=_("Without the console; so it is whenever there is no terminal."))
@option("--customers", type=click.IntRange(30, 1_000_000), default=CUSTOMERS, help=_("How many customers."))
@option("--seed", type=int, default=SEED, help=_("The same seed makes the same customers."))
def demo(frame: Frame, headless: bool, customers: int, seed: int) -> int:
    """Opens the console on the demo office; headless: the whole errand, 1 if anything was lost."""
    console = _console(frame) if not headless and is_terminal() else None
    try:
        from jobs.demo.errand import Errand
    except ModuleNotFoundError as error:
        raise WrongUsage(_("The demo needs more packages: pip install 'leitstand[demo]'")) from error
    with ExitStack() as stack:
        home = _asked_for()
        if home is None:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leitstand-demo-")))
        variables = {name: os.environ[name] for name in VARIABLES if name in os.environ}
        errand = Errand(home, frame.operator, variables, frame.tell)
        if console is not None:
            return errand.show(customers, seed, lambda: console(home))
        summary = errand.run(customers, seed)
    frame.json(asdict(summary))
    return 0 if summary.adds_up else 1


def _console(frame: Frame) -> Callable[[Path], int] | None:
    call = click.get_current_context().find_object(Call)
    if call is None or call.open_console is None:
        return None
    open_console = call.open_console
    return lambda home: open_console(replace(frame, home=home))


def _asked_for() -> Path | None:
    """The folder named by --home; never the one that LEITSTAND_HOME names, where a real office may be."""
    context = click.get_current_context()
    call = context.find_object(Call)
    home = context.params.get("home") or (call.options.get("home") if call else None)
    return Path(home) if home else None
