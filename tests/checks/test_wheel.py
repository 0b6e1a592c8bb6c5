"""A wheel holds everything that the product reads at run time."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.checks.tree import FLOORS, tracked

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def in_the_wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        check=True,
        cwd=ROOT,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_the_three_floors_is_in_the_wheel(in_the_wheel: set[str]) -> None:
    ours = {
        file.as_posix() for file in tracked() if file.parts[0] in FLOORS and "fragments" not in file.parts
    }
    assert ours <= in_the_wheel


@pytest.mark.parametrize("made", ["core/locale/de/LC_MESSAGES/leitstand.mo", "tui/screens.tcss"])
def test_what_the_build_adds_is_in_the_wheel(in_the_wheel: set[str], made: str) -> None:
    assert made in in_the_wheel


def test_nothing_else_is_in_the_wheel(in_the_wheel: set[str]) -> None:
    folders = {name.split("/")[0] for name in in_the_wheel}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == set(FLOORS)
