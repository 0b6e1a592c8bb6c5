"""GDV portfolio data for tests: invented contracts in fixed records."""

from __future__ import annotations

from collections.abc import Mapping


def gdv_file(*contracts: Mapping[str, str], insurer: str = "5312", line: str = "050") -> bytes:
    """A delivery with these contracts (`number`, and `customer`: the broker's customer number)."""
    records = [_record("0001", insurer, {10: "Muster Versicherung AG", 40: "Beispiel Makler GmbH"})]
    for one in contracts:
        head = {11: line, 14: one["number"]}
        records += [
            _record("0100", insurer, {**head, 44: "Beispiel"}, part="1"),
            _record("0100", insurer, {**head, 60: one["customer"]}, part="2"),
            _record("0200", insurer, head, part="1"),
        ]
    records.append(_record("9999", "", {5: f"{len(records) + 1:010}"}, part=" "))
    return "".join(f"{one}\r\n" for one in records).encode("cp1252")


def _record(kind: str, insurer: str, fields: Mapping[int, str], part: str = "1") -> str:
    line = f"{kind}{insurer:<5}".ljust(255) + part
    for place, text in fields.items():
        line = line[: place - 1] + text + line[place - 1 + len(text) :]
    return line
