"""The areas of the console, in the order of their numbers; a module is loaded when its area is opened."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from tui.area import Area

MODULES: Mapping[int, str] = {
    1: "tui.areas.overview",
    2: "tui.areas.customers",
    3: "tui.areas.vema",
    8: "tui.areas.arrivals",
    9: "tui.areas.jobs",
}
"""The number of an area stays, whichever areas an office has."""


def area_of(number: int) -> Area:
    """The area with this number."""
    return import_module(MODULES[number]).AREA
