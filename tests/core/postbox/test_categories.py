"""Categories: every code has a name, known or not."""

from __future__ import annotations

import pytest

from core.postbox.categories import category_name, is_commission, is_urgent


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("140012020", "Dunning, first premium"),
        ("140012099", "Premium arrears (140012099)"),
        ("150000000", "Benefit or claim: other"),
        ("150077000", "Benefit or claim (150077000)"),
        ("777000000", "category 777000000"),
        ("\x1b[31m", "category \ufffd[31m"),
        ("", "without a category"),
    ],
)
def test_a_category_is_called_by_what_is_known_of_it(code: str, name: str) -> None:
    assert str(category_name(code)) == name


def test_dunning_and_cancellation_stand_out_and_commission_is_not_for_all() -> None:
    assert [is_urgent(code) for code in ("140012020", "160010000", "100007000")] == [True, True, False]
    assert [is_commission(code) for code in ("300001000", "140300000")] == [True, False]
