"""Watched folders: whole files are taken, half ones wait, and one bad folder does not stop the others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import col, select

from core.archive import Archive, Stored
from core.errors import UnreadableInput
from core.inbox import receive
from core.inbox.arrival import Arrival
from core.locale import Message
from jobs.history import JobRun
from tests.support.offices import GivenOffice, OpenAnOffice

CONTENT = b"Kundennummer;Name\r\nK-1;Wei\xc3\x9f\r\n"


@pytest.fixture
def office(open_an_office: OpenAnOffice) -> GivenOffice:
    office = open_an_office(send="chosen", account=False, folders=[{"path": "in"}, {"path": "in2"}])
    for folder in ("in", "in2"):
        (office.home / folder).mkdir()
    return office


def put(
    office: GivenOffice, name: str, content: bytes = CONTENT, folder: str = "in", age: float = 60
) -> Path:
    file = office.home / folder / name
    file.write_bytes(content)
    aged(file, age)
    return file


def aged(file: Path, seconds: float) -> None:
    moment = file.stat().st_mtime - seconds
    os.utime(file, (moment, moment))


def arrived(office: GivenOffice) -> list[str]:
    with office.store.read() as session:
        return list(session.exec(select(Arrival.name).order_by(col(Arrival.id))))


def put_aside(office: GivenOffice, folder: str = "in") -> list[str]:
    done = office.home / folder / "received"
    return sorted(one.name.split("-", 2)[2] for one in done.iterdir()) if done.is_dir() else []


def test_a_finished_file_is_received_and_put_aside(office: GivenOffice) -> None:
    put(office, "k.csv")
    assert office.run("collect").counts == {"received": 1, "again": 0}
    assert (arrived(office), put_aside(office)) == (["k.csv"], ["k.csv"])
    assert office.run("collect").counts == {"received": 0, "again": 0}


def test_the_longest_name_there_is_can_be_put_aside(office: GivenOffice) -> None:
    put(office, "ü" * 125 + ".csv")
    office.run("collect")
    [kept] = put_aside(office)
    assert kept.endswith("ü.csv")


@pytest.mark.parametrize("name", ["k.csv.part", "k.TMP", "k.csv.filepart", ".k.csv"])
def test_what_a_transfer_program_has_not_finished_is_left_alone(office: GivenOffice, name: str) -> None:
    file = put(office, name)
    assert office.run("collect").counts["received"] == 0
    assert file.exists()


def test_how_long_nobody_may_have_written_is_a_setting(open_an_office: OpenAnOffice) -> None:
    folders = [{"path": "in"}, {"path": "in2", "settled_seconds": 120}]
    office = open_an_office(account=False, folders=folders)
    for folder in ("in", "in2"):
        (office.home / folder).mkdir()
        put(office, f"young-{folder}.csv", age=5, folder=folder)
        put(office, f"old-{folder}.csv", age=60, folder=folder)
    office.run("collect")
    assert arrived(office) == ["old-in.csv"]


def grow(file: Path) -> None:
    with file.open("ab") as stream:
        stream.write(b"K-2;Schwarz\r\n")


def replace(file: Path) -> None:
    other = file.with_suffix(".new")
    other.write_bytes(file.read_bytes())
    status = file.stat()
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(file)


@pytest.mark.parametrize("change", [grow, replace, Path.unlink])
def test_a_file_that_changes_while_it_is_stored_waits_for_the_next_run(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    file = put(office, "k.csv")
    store = Archive.store

    def slowly(archive: Archive, chunks: object) -> Stored:
        stored = store(archive, chunks)  # pyright: ignore[reportArgumentType]
        change(file)
        return stored

    monkeypatch.setattr(Archive, "store", slowly)
    assert office.run("collect").counts == {"received": 0, "again": 0}
    assert (arrived(office), put_aside(office)) == ([], [])
    monkeypatch.undo()
    if file.exists():
        aged(file, 60)
        office.run("collect")
        assert (arrived(office), put_aside(office)) == (["k.csv"], ["k.csv"])


def test_a_file_that_changes_before_it_is_put_aside_is_read_again(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(office, "k.csv")
    receive_stored = receive.receive_stored

    def receive_and_grow(*arguments: object, **options: object) -> receive.Received:
        received = receive_stored(*arguments, **options)  # pyright: ignore[reportArgumentType]
        grow(file)
        return received

    monkeypatch.setattr("jobs.collecting.receive_stored", receive_and_grow)
    office.run("collect")
    assert put_aside(office) == []
    monkeypatch.undo()
    aged(file, 60)
    assert office.run("collect").counts["received"] == 1
    assert put_aside(office) == ["k.csv"]


def test_a_folder_that_cannot_be_read_does_not_stop_the_others(office: GivenOffice) -> None:
    (office.home / "in").rmdir()
    put(office, "k.csv", folder="in2")
    with pytest.raises(UnreadableInput, match="in: "):
        office.run("collect")
    assert arrived(office) == ["k.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read_does_not_stop_the_others(office: GivenOffice) -> None:
    put(office, "a.csv").chmod(0)
    put(office, "b.csv", b"anders")
    with pytest.raises(UnreadableInput, match=r"a\.csv: "):
        office.run("collect")
    assert arrived(office) == ["b.csv"]


def test_links_are_not_followed(office: GivenOffice, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(CONTENT)
    aged(secret, 60)
    (office.home / "in" / "k.csv").symlink_to(secret)
    os.mkfifo(office.home / "in" / "pipe.csv")
    (office.home / "in" / "folder").mkdir()
    ran = office.run("collect")
    assert ran.counts == {"received": 0, "again": 0, "left": 2}
    with office.store.read() as session:
        run = session.exec(select(JobRun)).one()
    assert run.counts["left"] == 2
    assert str(Message.load(run.detail)).endswith("left where they are: k.csv, pipe.csv")


def test_a_link_in_place_of_the_folder_for_what_was_received_is_refused(
    office: GivenOffice, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    file = put(office, "k.csv")
    (office.home / "in" / "received").symlink_to(elsewhere)
    with pytest.raises(UnreadableInput, match="received"):
        office.run("collect")
    assert (arrived(office), file.exists(), list(elsewhere.iterdir())) == ([], True, [])
