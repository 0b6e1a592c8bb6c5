"""Post for tests: documents as a shipment leaves them, contracts as an import does, and tiny PDFs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from core.contracts.contract import Contract, insurer_key, number_key
from core.operators import OperatorRow, Role
from core.postbox.examining import Examined, examine
from core.postbox.record import Document, DocumentSource, Shipment, ShipmentState
from tests.support.offices import GivenOffice

INSURER = "5312"


@dataclass
class Desk:
    """Where the post of an office comes in."""

    office: GivenOffice

    def has_contract(self, number: str, customer: str, insurer: str = INSURER) -> int:
        """A contract of a customer, as an import leaves it; its row."""
        made = Contract(
            number=number,
            insurer=insurer,
            customer_number=customer,
            customer=self.office.customer(customer).id,
            source_key=f"{insurer_key(insurer)}/{number_key(number)}",
            number_key=number_key(number),
            insurer_key=insurer_key(insurer),
            created_at=self.office.now,
            updated_at=self.office.now,
        )
        with self.office.store.write() as session:
            session.add(made)
            session.flush()
        return made.id or 0

    def gets(self, content: bytes = b"", name: str = "Brief.pdf", **said: Any) -> int:
        """A file of a shipment of its own, stored and not looked at yet; its row."""
        stored = self.office.archive.store([content])
        with self.office.store.write() as session:
            known = session.exec(select(Document).where(Document.sha256 == stored.sha256)).first()
            given = {"sender": INSURER, "stored_at": self.office.now, **said}
            document = known or Document(sha256=stored.sha256, size=stored.size, file_name=name, **given)
            shipment = Shipment(
                account="vema",
                number=f"L-{len(session.exec(select(Shipment.id)).all()) + 1}",
                state=ShipmentState.STORED,
                listed_at=self.office.now,
                seen_at=self.office.now,
                available_until=self.office.today + timedelta(days=30),
            )
            session.add_all([document, shipment])
            session.flush()
            place = DocumentSource(
                document=document.id or 0, shipment=shipment.id or 0, position=1, file_name=name
            )
            session.add(place)
            return document.id or 0

    def gets_text(self, text: str, **said: Any) -> int:
        """A letter as a text file."""
        return self.gets(text.encode(), **said)

    def examines(self) -> Examined:
        """Looks at all that is new."""
        return examine(self.office)

    def document(self, id_: int) -> Document:
        """A document as it stands."""
        with self.office.store.read() as session:
            return session.get_one(Document, id_)

    def documents(self) -> list[Document]:
        """Every document, in order."""
        with self.office.store.read() as session:
            return list(session.exec(select(Document).order_by(col(Document.id))))

    def sources(self, id_: int) -> list[int]:
        """The places in shipments where a document came."""
        with self.office.store.read() as session:
            query = select(DocumentSource.position).where(DocumentSource.document == id_)
            return list(session.exec(query.order_by(col(DocumentSource.id))))

    def employs(self, name: str, role: Role = Role.CLERK) -> None:
        """A further operator."""
        with self.office.store.write() as session:
            session.add(OperatorRow(name=name, role=role, added_at=self.office.now))


def pdf(text: str = "Guten Tag") -> bytes:
    """A PDF of one page with a line of text."""
    content = f"BT /F1 12 Tf 50 700 Td ({text}) Tj ET".encode("cp1252")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    return _pdf_of(objects)


def empty_pdf() -> bytes:
    """A PDF without a page."""
    return _pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"])


def _pdf_of(objects: list[bytes]) -> bytes:
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places: list[int] = []
    for number, one in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP with these files, under exactly these names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
