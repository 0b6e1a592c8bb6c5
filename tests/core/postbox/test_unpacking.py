"""Unpacking: every file of a ZIP lands in the archive, and no ZIP can do more than that."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.archive import Archive
from core.postbox.unpacking import Limits, Unpacked, unpack
from tests.core.postbox.post import zipped


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def unpacked(archive: Archive, content: bytes, **limits: int) -> Unpacked:
    path = archive.path(archive.store([content]).sha256)
    return unpack(archive, path, Limits(**limits))


def test_names_lead_nowhere(archive: Archive, tmp_path: Path) -> None:
    found = unpacked(archive, zipped({"../../evil": b"x", "/etc/passwd": b"y", "C:\\a": b"z"}))
    assert [archive.path(one.stored.sha256).read_bytes() for one in found.members] == [b"x", b"y", b"z"]
    assert not (tmp_path.parent / "evil").exists()


def test_equal_names_are_two_files(archive: Archive) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.txt", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("a.txt", b"2")
    assert [one.stored.size for one in unpacked(archive, out.getvalue()).members] == [1, 1]


@pytest.mark.parametrize(
    ("files", "limits"),
    [
        ({"a": bytes(3_000_000)}, {"member_bytes": 1_000_000}),
        ({"a": bytes(400_000), "b": bytes(700_000)}, {"all_bytes": 1_000_000}),
        ({"a": bytes(3_000_000)}, {"free_bytes": 100_000}),
        ({str(number): b"x" for number in range(5)}, {"members": 4}),
    ],
)
def test_a_bomb_stops_at_the_limit_and_says_so(
    archive: Archive, files: dict[str, bytes], limits: dict[str, int]
) -> None:
    found = unpacked(archive, zipped(files), **limits)
    assert found.damage == "damaged"
    assert found.reason is not None
    assert sum(one.stored.size for one in found.members) <= 1_000_000


def test_what_a_zip_says_of_its_sizes_is_not_believed(archive: Archive) -> None:
    content = bytearray(zipped({"a": bytes(2_000_000)}))
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 10)
    found = unpacked(archive, bytes(content), member_bytes=1_000_000)
    assert sum(one.stored.size for one in found.members) <= 10 or found.damage == "damaged"


def test_what_is_encrypted_is_kept_as_it_is(archive: Archive) -> None:
    content = bytearray(zipped({"a": b"geheim"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    assert unpacked(archive, bytes(content)) == Unpacked(
        (), "encrypted", unpacked(archive, bytes(content)).reason
    )


def test_a_directory_that_points_before_the_beginning_is_damage_and_no_fault_of_the_disk(
    archive: Archive,
) -> None:
    content = bytearray(zipped({"a.txt": b"Hallo"}))
    end = content.rindex(b"PK\x05\x06")
    # the directory's place, said too large: every member then begins before the file does
    (place,) = struct.unpack("<I", content[end + 16 : end + 20])
    content[end + 16 : end + 20] = struct.pack("<I", place + 40)
    assert unpacked(archive, bytes(content)).damage == "damaged"


@settings(max_examples=60)
@given(data=st.data())
def test_a_dented_zip_never_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(zipped({"a.txt": b"Hallo " * 50, "b.txt": b"Welt " * 50}))
    for _dent in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    archive = Archive(tmp_path_factory.mktemp("dented"))
    found = unpacked(archive, bytes(content[: cut or None]))
    assert found.members or found.damage
