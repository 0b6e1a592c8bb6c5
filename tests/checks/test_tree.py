"""The check of files finds what it is there to find."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checks.tree import MOST_LINES, problems_of, sizes


def problems(folder: Path, name: str, text: str) -> list[str]:
    file = folder / name
    file.write_text(text)
    return [problem.rpartition(": ")[2] for problem in problems_of(file)]


def test_an_ordinary_file_is_fine(tmp_path: Path) -> None:
    assert problems(tmp_path, "a.py", "class Manage:\n    home = '/workshop'\n") == []


def test_a_long_file_is_named(tmp_path: Path) -> None:
    assert problems(tmp_path, "a.py", "\n" * MOST_LINES) == []
    assert problems(tmp_path, "a.py", "\n" * (MOST_LINES + 1)) == ["401 lines, at most 400"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("see py" + "pi.org", "names a package registry"),
        ("cd /" + "work/main", "names a folder of one machine"),
        ("class File" + "Helper:", "the name does not say what it does"),
    ],
)
def test_what_does_not_belong_into_the_project_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    assert problems(tmp_path, "a.py", text) == [complaint]


def test_a_lock_that_names_an_index_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("requirements").mkdir()
    pinned = f"click==8.5.1 \\\n    --hash=sha256:{'0' * 64}\n"
    assert problems(Path("requirements"), "dev.txt", pinned) == []
    complaint = ["neither a pinned version nor a hash"]
    assert (
        problems(Path("requirements"), "dev.txt", "--index-url https://example.org\n" + pinned) == complaint
    )


def test_sizes_count_functions_and_comments(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("# why\ndef a():\n    return 1\n\n")
    assert sizes([file]) == (
        "1 files, 4 lines, 25.0% with a comment; 1 functions, median 2 lines, 95th percentile 2, longest 2"
    )
