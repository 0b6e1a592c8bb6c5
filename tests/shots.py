"""Writes the screenshots of the README, from the demo office: `python -m tests.shots FOLDER`."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from core.opening import open_office
from jobs.demo.errand import Errand
from tests.tui.story import Story, telling

SIZE = (120, 32)
# the font would be fetched from somewhere: whoever looks at the picture has one
FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def shots(home: Path, folder: Path) -> None:
    """Goes through the areas and takes a picture of each."""
    office = open_office(home, operator="mk")
    try:
        async with telling(office, SIZE, opening=1) as story:
            take(story, folder, "uebersicht")
            await story.opens("3")
            await story.presses("G")
            await story.rests()
            take(story, folder, "vema")
            await story.opens("2")
            take(story, folder, "kunden")
            await story.presses("e")
            await story.sees("Kundennummer")
            await story.pilot.pause(1)
            take(story, folder, "bearbeiten")
    finally:
        office.store.close()


def take(story: Story, folder: Path, name: str) -> None:
    """One picture."""
    picture = FONT.sub("", story.console.export_screenshot(title="Leitstand"))
    (folder / f"{name}.svg").write_text(picture, encoding="utf-8")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="leitstand-shots-") as home:
        errand = Errand(Path(home), "mk", {}, lambda _message: None)

        def console() -> int:
            asyncio.run(shots(Path(home), folder))
            return 0

        errand.show(customers=120, seed=2026, console=console)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/shots"))
