"""The console's areas on a real office, driven by keys."""

from __future__ import annotations

from tests.tui.dialogs.conftest import database_url, office

__all__ = ["database_url", "office"]
