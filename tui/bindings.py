"""The pane of each area: the one triage pane, with the bindings that the area's verbs make."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.area import Area
from tui.keys import LIST_VERBS, MOVEMENT_BINDINGS
from tui.pane import TriagePane


def pane_of(area: Area) -> type[TriagePane]:
    """The pane of an area, with the bindings that its verbs make.

    They come before what the widgets would do, one after the other: a key that was typed ahead never meets
    a list where its hand expected the filter line or a dialog.
    """
    bindings: list[BindingType] = [
        Binding(
            one.key,
            one.action or f"press('{one.id}')",
            id=one.id,
            show=False,
            priority=True,
        )
        for one in (*area.verbs, *LIST_VERBS)
        if not one.action or hasattr(TriagePane, f"action_{one.action}")
    ]
    bindings += [
        Binding(key, action, show=False, id=id_, priority=True) for key, action, id_ in MOVEMENT_BINDINGS
    ]
    return type(f"{area.name.title()}Pane", (TriagePane,), {"BINDINGS": bindings, "area": area})
