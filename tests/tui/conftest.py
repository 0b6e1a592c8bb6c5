"""Fixtures of the console's tests: stories run on asyncio."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """What Textual runs on."""
    return "asyncio"
