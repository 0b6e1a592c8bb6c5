"""What a contract is made of, and under which headings broker software exports it."""

from __future__ import annotations

from core.importing.columns import Headings
from core.importing.field import FieldName
from core.locale import _

FIELDS: tuple[FieldName, ...] = (
    FieldName("number", "Versicherungsscheinnummer", "Contract number", _("Contract number")),
    FieldName("insurer", "Gesellschaftsnummer", "Insurer number", _("Insurer number")),
    FieldName("insurer_name", "Gesellschaft", "Insurer", _("Insurer")),
    FieldName("customer_number", "Kundennummer", "Customer number", _("Customer number")),
    FieldName("line", "Sparte", "Line of business", _("Line of business")),
)
FIELD_BY_ATTRIBUTE = {one.attribute: one for one in FIELDS}
HEADINGS = Headings(
    FIELDS,
    ("number", "customer_number"),
    {
        "number": (
            "Vertragsnummer",
            "VSNR",
            "VS-Nr.",
            "VSNr",
            "Versicherungsschein-Nr.",
            "Versicherungsscheinnr.",
            "Policennummer",
            "Policen-Nr.",
            "Policy number",
            "Contract no",
        ),
        "insurer": (
            "VU-Nummer",
            "VU-Nr.",
            "VUNr",
            "Versicherernummer",
            "BaFin-Nummer",
            "BaFin-Nr.",
            "Unternehmensnummer",
            "Gesellschaftsnr.",
        ),
        "insurer_name": (
            "Versicherer",
            "VU",
            "Versicherungsunternehmen",
            "Gesellschaftsname",
            "Insurer name",
        ),
        "customer_number": ("Kundennr", "Kunden-Nr.", "Kd-Nr.", "KdNr", "Customer no", "Customer ID"),
        "line": ("Spartenname", "Spartenschlüssel", "Produktsparte", "Line"),
    },
)
