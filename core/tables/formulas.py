"""The apostrophe that keeps a spreadsheet program from taking a cell of a CSV file for a formula.

It is put on and taken off here alone, so that the two are exact opposites: a cell gets one in front
where it, apart from apostrophes that it begins with already, begins as a formula does. A cell that merely
begins with an apostrophe ('t Hooft) is never touched, neither when it is written nor when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ACTS = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What CSV injection begins with, as OWASP lists it: the signs, their full-width forms, tab and line ends."""
_HARMLESS = re.compile(r"[+-]|\+[0-9]+(?: \(?[0-9]+\)?)+")
"""A lone dash and a telephone number in groups: begin as a formula does, but nothing could calculate them."""


def protected(cell: str) -> str:
    """A cell as it may stand in a CSV file that a spreadsheet program opens."""
    return f"'{cell}" if _acts(cell) else cell


def unprotected(cell: str) -> str:
    """The cell that `protected` wrote like this; every other one as it is."""
    return cell[1:] if cell[:1] == "'" and _acts(cell[1:]) else cell


def all_unprotected(cells: Sequence[str]) -> list[str]:
    """The cells of a row as they were before they were protected."""
    return [unprotected(cell) for cell in cells]


def _acts(cell: str) -> bool:
    return _ACTS.match(cell) is not None and _HARMLESS.fullmatch(cell) is None
