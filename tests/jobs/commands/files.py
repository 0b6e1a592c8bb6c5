"""Files of invented customers, as an office's broker software exports them."""

from __future__ import annotations

from pathlib import Path

HEADING = "Kundennummer;Betreuer;Kundenart;Vorname;Nachname;Firma;Straße;Hausnummer;PLZ;Ort;Geburtsdatum;IBAN"
GOOD = "K-1;Berg;P;Petra;Weiß;;Lindenweg;4;01067;Dresden;04.03.1971;"
HIDDEN_BLANK = "K-2;Berg;P;Jörg ;Müller;;Lindenweg;4;01067;Dresden;04.03.1971;"
LOST_ZERO = "K-3;Adam;P;Käthe;Vogt;;Lindenweg;4;1067;Dresden;04.03.1971;"
LONG_COMPANY = "K-4;;F;;;Elfenbeinküste Handels GmbH;Lindenweg;4;01067;Dresden;;"
NO_ROW = "K-5;P;zu;wenig"


def customers_file(folder: Path, *rows: str, name: str = "kunden.csv") -> Path:
    """A CSV file with these rows."""
    file = folder / name
    file.write_text("\n".join((HEADING, *rows, "")), encoding="utf-8")
    return file
