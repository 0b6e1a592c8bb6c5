"""The text of PDFs: read by a process that may die without taking anything with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.postbox import pdf_text
from core.postbox.pdf_text import DAMAGED, PdfReader
from tests.core.postbox.post import pdf


def test_several_files_are_read_one_after_the_other(tmp_path: Path) -> None:
    good, bad = tmp_path / "gut.pdf", tmp_path / "schlecht.pdf"
    good.write_bytes(pdf("Grüße aus Zittau"))
    bad.write_bytes(pdf()[:200])
    with PdfReader() as reader:
        found = [reader.read(path) for path in (good, bad, good)]
    assert [one.damage for one in found] == ["", "damaged", ""]
    assert "Grüße aus Zittau" in found[2].text
    assert found[0].pages == 1


@pytest.mark.parametrize(
    "program",
    [
        "import os; input(); os.abort()",
        "import time; input(); time.sleep(60)",
        "input(); print('no json' * 9, end='')",
    ],
)
def test_what_kills_or_outlasts_its_reader_is_damaged_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    script = tmp_path / "worker.py"
    script.write_text(program, encoding="utf-8")
    good = tmp_path / "gut.pdf"
    good.write_bytes(pdf("danach"))
    with PdfReader(seconds=0.5) as reader:
        with monkeypatch.context() as patched:
            patched.setattr(pdf_text.pdf_worker, "__file__", str(script))
            assert reader.read(good) == DAMAGED
        reader.seconds = 30
        assert "danach" in reader.read(good).text
