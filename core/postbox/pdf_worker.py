"""Reads PDFs in a process of its own, which may crash, hang or want too much memory: run as a script.

Each line of standard input is a path, each line of standard output what was found of it, as JSON:
`{"damage": …, "pages": …, "text": …}`. It imports nothing of the product.
"""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module
from typing import Any

MEMORY = 1 << 30
SECONDS = 20
MOST_PAGES = 300
MOST_TEXT = 200_000
PASSWORD = 4
"""FPDF_ERR_PASSWORD of PDFium."""


def confine() -> None:
    """No more memory than needed, no file written, no further process, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def grant_time() -> None:
    """Some more processor time, for one file; who takes longer is killed by the system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + SECONDS
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def pdfium() -> Any:
    """The library, which comes without types."""
    return import_module("pypdfium2")


def read(path: str) -> dict[str, Any]:
    """What can be read in a PDF."""
    pypdfium2 = pdfium()
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        return {"damage": "encrypted" if code == PASSWORD else "damaged", "pages": 0, "text": ""}
    try:
        return _read_pages(document)
    finally:
        document.close()


def _read_pages(document: Any) -> dict[str, Any]:
    pages = len(document)
    if pages <= 0:
        return {"damage": "empty", "pages": 0, "text": ""}
    texts: list[str] = []
    length = unreadable = 0
    for number in range(min(pages, MOST_PAGES)):
        try:
            text = str(document[number].get_textpage().get_text_bounded())
        except Exception:  # noqa: BLE001 - whatever a page does to PDFium, the others may be readable
            unreadable += 1
            continue
        texts.append(text)
        length += len(text)
        if length > MOST_TEXT:
            break
    damage = "damaged" if unreadable and unreadable == min(pages, MOST_PAGES) else ""
    return {"damage": damage, "pages": pages, "text": "\n\f".join(texts)[:MOST_TEXT]}


def main() -> None:
    """Answers a line for every line."""
    pdfium()
    confine()
    for line in sys.stdin:
        grant_time()
        try:
            found = read(json.loads(line))
        except MemoryError:
            found = {"damage": "damaged", "pages": 0, "text": ""}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
