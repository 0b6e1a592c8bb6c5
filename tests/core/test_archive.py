"""The archive: what came in lies there byte for byte, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.archive import Archive
from core.errors import DatabaseUnavailable

CONTENT = "Weiß;Görlitz\r\n".encode("cp1252") * 3
ROOT = Path(__file__).parents[2]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def files(archive: Archive) -> list[str]:
    return sorted(str(one.relative_to(archive.folder)) for one in archive.folder.rglob("*") if one.is_file())


def test_a_file_lies_under_the_hash_of_its_content(archive: Archive) -> None:
    stored = archive.store([CONTENT[:5], b"", CONTENT[5:]])
    assert stored.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert stored.size == len(CONTENT)
    assert archive.path(stored.sha256).read_bytes() == CONTENT


def test_nothing_at_all_is_a_content_too(archive: Archive) -> None:
    assert archive.path(archive.store([]).sha256).read_bytes() == b""


def test_a_file_is_copied_whole(archive: Archive, tmp_path: Path) -> None:
    original = tmp_path / "kunden.csv"
    original.write_bytes(CONTENT * 100_000)
    stored = archive.store_file(original)
    original.unlink()
    assert archive.path(stored.sha256).read_bytes() == CONTENT * 100_000


def test_the_same_twice_is_one_file(archive: Archive) -> None:
    assert archive.store([CONTENT]) == archive.store([CONTENT])
    assert len(files(archive)) == 1


def test_the_same_again_mends_a_copy_that_was_damaged(archive: Archive) -> None:
    path = archive.path(archive.store([CONTENT]).sha256)
    path.write_bytes(b"")
    archive.store([CONTENT])
    assert path.read_bytes() == CONTENT


def test_only_its_owner_may_look(archive: Archive) -> None:
    path = archive.path(archive.store([CONTENT]).sha256)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent, archive.folder)] == [
        0o600,
        0o700,
        0o700,
    ]


def test_what_breaks_off_leaves_nothing(archive: Archive) -> None:
    def broken() -> Iterator[bytes]:
        yield CONTENT
        raise ConnectionResetError("the line is dead")

    with pytest.raises(DatabaseUnavailable, match="the line is dead"):
        archive.store(broken())
    assert files(archive) == []


def test_a_full_disk_is_named_and_leaves_nothing(archive: Archive) -> None:
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from core.archive import Archive\n"
        "from core.errors import DatabaseUnavailable\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, {resource.RLIM_INFINITY}))\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n"
        "    Archive(Path(sys.argv[1])).store([b'x' * (1 << 20)] * 3)\n"
        "except DatabaseUnavailable as error:\n"
        "    print(error)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(archive.folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert ran.stdout == "The archive cannot be written: File too large\n"
    assert files(archive) == []


@pytest.mark.chaos
def test_a_crash_in_the_middle_leaves_no_half_file_under_a_final_name(archive: Archive) -> None:
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from core.archive import Archive\n"
        "def chunks():\n"
        "    yield b'x' * 3_000_000\n"
        "    os.kill(os.getpid(), 9)\n"
        "Archive(Path(sys.argv[1])).store(chunks())\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(archive.folder)], cwd=ROOT, check=False)
    assert ran.returncode == -9
    assert all(name.startswith("arriving-") for name in files(archive))
    stored = archive.store([b"x" * 3_000_000])
    assert archive.path(stored.sha256).stat().st_size == 3_000_000


def test_what_a_killed_process_left_is_swept_away_when_it_is_old(archive: Archive) -> None:
    stored = archive.store([CONTENT])
    old, young = archive.folder / "arriving-old", archive.folder / "arriving-young"
    for file in (old, young, archive.path(stored.sha256)):
        file.write_bytes(CONTENT)
    for file in (old, archive.path(stored.sha256)):
        os.utime(file, (0, 0))
    assert archive.sweep(datetime(1970, 1, 2, tzinfo=UTC)) == 1
    assert (old.exists(), young.exists()) == (False, True)
    assert archive.path(stored.sha256).read_bytes() == CONTENT


def test_an_archive_that_is_not_there_yet_needs_no_sweeping(archive: Archive) -> None:
    assert archive.sweep(datetime(2026, 1, 2, tzinfo=UTC)) == 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(b"a file in its place")
    with pytest.raises(DatabaseUnavailable, match="The archive cannot be written: "):
        Archive(tmp_path / "archive").store([CONTENT])
