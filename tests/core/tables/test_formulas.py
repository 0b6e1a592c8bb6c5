"""The apostrophe before what would act as a formula: exactly what is put on is taken off."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tables import open_table
from core.tables.formulas import protected, unprotected
from core.tables.write import write_csv
from tests.core.tables.conftest import cells

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=15)
NEARLY_A_FORMULA = st.text("'=+-@\t\r\n 1(5;\"a", max_size=6)
CELL = TEXT | NEARLY_A_FORMULA


@given(CELL)
def test_a_cell_comes_back_as_it_was(cell: str) -> None:
    assert unprotected(protected(cell)) == cell


@pytest.mark.parametrize(
    "cell", ["=1+1", "+49", "+49351123", "+49-351-1", "-5", "-2+3", "@x", "\tx", "\n=1", "＝1"]
)
def test_what_would_act_gets_an_apostrophe(cell: str) -> None:
    assert protected(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "-", "+", "+49 351 123456", "+49 (351) 12 34", "'t Hooft", "''", "a=1"])
def test_what_nothing_could_calculate_gets_none(cell: str) -> None:
    assert protected(cell) == cell


@pytest.mark.parametrize("cell", ["'t Hooft", "'", "''", "'-", "'+49 351 123456", "5' Rohr", "'abc'"])
def test_an_apostrophe_that_belongs_to_the_text_stays(cell: str) -> None:
    assert unprotected(cell) == cell


@given(CELL)
def test_nothing_that_acts_is_left_as_it_is(cell: str) -> None:
    assert protected(cell)[:1] not in {"=", "@", "\t", "\r", "\n"}


@given(st.lists(st.tuples(CELL, CELL).filter(any), max_size=6), st.sampled_from([";", "\t", ",", "|"]))
def test_a_protected_file_is_read_as_the_text_that_it_was_made_of(
    rows: list[tuple[str, ...]], separator: str
) -> None:
    headings = ("=Nummer", "'=b")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "k.csv"
        write_csv(file, headings, rows, separator=separator)
        table = open_table(file, name="x", separator=separator, protected=True)
        assert (table.columns, cells(table)) == (headings, rows)


def test_whoever_does_not_ask_for_it_reads_the_apostrophe(tmp_path: Path) -> None:
    file = tmp_path / "k.csv"
    write_csv(file, ["a", "b"], [("=1+1", "x")])
    assert cells(open_table(file, name="x")) == [("'=1+1", "x")]
