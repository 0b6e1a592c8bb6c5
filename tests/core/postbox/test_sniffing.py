"""Sniffing: what a file is, and under which name it may be kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.postbox.sniffing import ENDINGS, NAME_LENGTH, MediaType, safe_file_name, sniff, sniff_file
from core.tables.write import SheetContent, write_xlsx
from tests.core.postbox.post import pdf, zipped
from tests.support.gdv import gdv_file


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"", MediaType.EMPTY),
        (pdf(), MediaType.PDF),
        (b"\r\n%PDF-1.4", MediaType.PDF),
        (zipped({"a": b"b"}), MediaType.ZIP),
        (zipped({}), MediaType.ZIP),
        (gdv_file({"number": "1", "customer": "2"}), MediaType.GDV),
        (b"0001 is a number", MediaType.TEXT),
        (b'\xef\xbb\xbf<?xml version="1.0"?><a/>', MediaType.XML),
        ("<?xml version='1.0'?>".encode("utf-16"), MediaType.XML),
        (b"<ns:Brief xmlns:ns='x'>", MediaType.XML),
        (b"<!DOCTYPE html><p>", MediaType.HTML),
        ("Grüße".encode("cp1252"), MediaType.TEXT),
        (b"\xff\xd8\xff\xe1", MediaType.JPEG),
        (b"II*\x00", MediaType.TIFF),
        (b"{\\rtf1", MediaType.RTF),
        (b"\x01\x02", MediaType.UNKNOWN),
    ],
)
def test_the_content_says_what_a_file_is(head: bytes, media_type: MediaType) -> None:
    assert sniff(head) is media_type


def test_a_spreadsheet_is_no_zip_that_is_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "liste.zip"
    write_xlsx(file, {"A": SheetContent(["x"], iter([]))})
    assert sniff_file(file) is MediaType.OFFICE


@pytest.mark.parametrize(
    ("name", "media_type", "safe"),
    [
        ("Brief.pdf", MediaType.PDF, "Brief.pdf"),
        ("Brief.PDF", MediaType.PDF, "Brief.pdf"),
        ("Brief.bin", MediaType.PDF, "Brief.pdf"),
        ("GDV.pdf", MediaType.GDV, "GDV.gdv"),
        ("../../etc/passwd", MediaType.TEXT, "passwd.txt"),
        ("C:\\Windows\\cmd.exe", MediaType.UNKNOWN, "cmd.exe"),
        ("Prämie 1/2.jpeg", MediaType.JPEG, "2.jpeg"),
        ("", MediaType.PDF, "Dokument.pdf"),
        ("...", MediaType.UNKNOWN, "Dokument"),
        ("CON.pdf", MediaType.PDF, "_CON.pdf"),
        ("\x1b[2Jlöschen\u202efdp.exe", MediaType.PDF, "[2Jlöschen_fdp.exe.pdf"),
        ("Nr. 4711", MediaType.PDF, "Nr. 4711.pdf"),
    ],
)
def test_a_name_is_made_safe_and_ends_as_what_the_file_is(
    name: str, media_type: MediaType, safe: str
) -> None:
    assert safe_file_name(name, media_type) == safe


@given(st.text(max_size=400), st.sampled_from(list(MediaType)))
def test_no_name_leaves_its_folder_or_hides_anything(name: str, media_type: MediaType) -> None:
    safe = safe_file_name(name, media_type)
    assert safe
    assert len(safe) <= NAME_LENGTH
    assert not set(safe) & set('/\\:*?"<>|\0')
    assert safe.isprintable()
    assert safe not in (".", "..")
    assert not safe.startswith(".")
    assert media_type not in ENDINGS or safe.rsplit(".", 1)[1] in (ENDINGS[media_type], "jpeg", "tiff", "htm")
    assert safe_file_name(safe, media_type) == safe


@given(st.binary(max_size=300))
def test_whatever_comes_is_something(head: bytes) -> None:
    assert isinstance(sniff(head), MediaType)
