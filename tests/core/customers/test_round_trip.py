"""What is exported as CSV and imported again says the same, whatever stands in the fields."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.customers.columns import Mapping, parse_mapping
from core.customers.fields import FIELDS
from core.customers.importing import open_customers
from core.errors import UnreadableInput
from core.tables import Row
from core.tables.write import write_csv

ATTRIBUTES = [one.attribute for one in FIELDS]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
CUSTOMER = st.fixed_dictionaries(
    {"number": TEXT.map("K-".__add__)},
    optional={
        name: TEXT | st.text("'=+-@\t\r\n1; \"", max_size=6) for name in ATTRIBUTES if name != "number"
    },
)


def exported(file: Path, customers: list[dict[str, str]], heading: str, *, protect: bool = True) -> None:
    rows = [[one.get(name, "") for name in ATTRIBUTES] for one in customers]
    write_csv(file, [getattr(one, heading) for one in FIELDS], rows, protect=protect)


def imported(file: Path, mapping: Mapping) -> list[dict[str, str]]:
    table, columns = open_customers(file, file.name, mapping)
    return [columns.text_of(row.cells) for row in table.rows() if isinstance(row, Row)]


@given(st.lists(CUSTOMER, max_size=4), st.sampled_from(["german", "english"]))
def test_an_export_is_imported_as_what_it_was_made_of(customers: list[dict[str, str]], heading: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "kunden.csv"
        exported(file, customers, heading)
        assert imported(file, Mapping()) == [
            {name: one.get(name, "") for name in ATTRIBUTES} for one in customers
        ]


def test_a_mapping_keeps_the_apostrophes_of_a_file_that_nobody_protected(tmp_path: Path) -> None:
    file = tmp_path / "kunden.csv"
    exported(file, [{"number": "K-1", "company": "'=1"}], "german", protect=False)
    plain = parse_mapping("[csv]\nprotected = false", "m")
    assert [imported(file, one)[0]["company"] for one in (Mapping(), plain)] == ["=1", "'=1"]


def test_whether_a_file_is_protected_is_true_or_false() -> None:
    with pytest.raises(UnreadableInput, match="protected must be true or false"):
        parse_mapping('[csv]\nprotected = "ja"', "m")
