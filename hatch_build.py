"""What a wheel needs beside the Python files: compiled catalogues, and the stylesheet inside tui/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STYLESHEET = "screens.tcss"


class Catalogues(BuildHookInterface):  # pyright: ignore[reportMissingTypeArgument]
    """Run by hatchling before a wheel, or the editable install of the checkout, is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compiles every catalogue in place; in a checkout the stylesheet stays where it is edited."""
        compile_catalogues(Path(self.root))
        if version == "standard":
            build_data["force_include"][STYLESHEET] = f"tui/{STYLESHEET}"


def compile_catalogues(root: Path) -> None:
    """Writes a .mo beside every .po of core/locale under `root`, where the .po is newer."""
    # imported here: clean targets run the hook's module where Babel may be missing
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in (root / "core/locale").glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as readable:
            catalogue = read_po(readable, locale=source.parent.parent.name)
        # replaced in one step: somebody may be reading the old one
        fresh = target.with_suffix(".mo.new")
        with fresh.open("wb") as writable:
            write_mo(writable, catalogue)
        fresh.replace(target)


if __name__ == "__main__":
    compile_catalogues(Path(__file__).parent)
