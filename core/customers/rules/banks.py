"""What schwifty and kontocheck know of German banks and accounts; loaded when first asked.

kontocheck decides on accounts, because schwifty refuses valid ones of method 13 and lets pass whatever
method it lacks; a bank code counts as known where either of the two knows it. Only a compact German IBAN
in ASCII may be asked for: kontocheck takes nothing else.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable
from datetime import date
from enum import Enum
from functools import lru_cache
from importlib import import_module, resources
from threading import Lock

_FIRST_GOOD = 1
_INVALID_BANK_CODES = {-4, -5}
_CLOSED = {-133, -19, -18, -17, -16}
_WRONG = {0, -3, -12, -77}
_one_at_a_time = Lock()


class Verdict(Enum):
    """What the lists say of a bank code and an account number."""

    FITS = "fits"
    UNKNOWN_BANK = "unknown bank"
    CLOSED_BANK = "closed bank"
    WRONG_ACCOUNT = "wrong account"


def verdict(iban: str) -> Verdict:
    """What is known of the bank and the account of a compact German IBAN whose check digits are right."""
    account = _account_result(iban.encode("ascii"))
    if account >= _FIRST_GOOD:
        return Verdict.FITS
    if account in _WRONG:
        return Verdict.WRONG_ACCOUNT
    if account in _CLOSED:
        return Verdict.CLOSED_BANK
    if account in _INVALID_BANK_CODES and not bank_name(iban[4:12]):
        return Verdict.UNKNOWN_BANK
    return Verdict.FITS


@lru_cache(maxsize=8192)
def bank_name(code: str) -> str:
    """The bank's name in schwifty's list; empty where the list does not know the code."""
    from schwifty import registry

    banks = registry.get_banks_by_code("DE", code)
    return banks[0].name if banks else ""


def _account_result(iban: bytes) -> int:
    # The C library keeps its tables and results in globals and ctypes lets other threads run meanwhile.
    with _one_at_a_time:
        check = _loaded_check()
        result = ctypes.c_int()
        check(iban, ctypes.byref(result))
        return result.value


@lru_cache(maxsize=1)
def _loaded_check() -> Callable[[bytes, object], int]:
    kontocheck = import_module("kontocheck")
    kontocheck.lut_load(0, load_scl=False)
    return kontocheck.libkontocheck.iban_check


@lru_cache(maxsize=1)
def table_valid_until() -> date | None:
    """The last day that kontocheck's list covers, as its head says; None where it does not."""
    with (resources.files("kontocheck") / "data" / "blz.lut2").open("rb") as table:
        head = table.read(2000).decode("latin-1")
    days = re.findall(r"bis\s+([0-9]{2})\.([0-9]{2})\.([0-9]{4})", head)
    return max((date(int(year), int(month), int(day)) for day, month, year in days), default=None)
