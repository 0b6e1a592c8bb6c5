"""Checking: customers per second through all CUS rules against a bare loop that only calls the libraries.

The bare loop calls schwifty, kontocheck, email-validator and phonenumbers over the same rows, without caring
for what they answer. Then the same customers in an office: loading, checking and storing, and a second review
of unchanged customers. `python -m bench.checking [customers]`
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Sequence
from datetime import date
from importlib import import_module

import email_validator
import phonenumbers
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from bench.offices import fill, medians, new_office, temporary_home
from core.customers.checking import all_rules, check
from core.customers.fields import CustomerFields
from core.customers.given import Given, Limits
from core.customers.review import review_stale
from jobs.demo.people import people

CUSTOMERS = 100_000
SAMPLE = 20_000
ROUNDS = 3


def main(customers: int) -> None:
    """Prints the rates and ratios."""
    rows = [CustomerFields.model_construct(None, **text) for text in people(SAMPLE, seed=11, faulty=True)]
    bare, ours = medians(ROUNDS, lambda: _bare(rows), lambda: _rules(rows))
    print(f"checking {SAMPLE} customers in memory, medians of {ROUNDS} rounds")
    print(f"  bare loop over the libraries {SAMPLE / bare:9.0f} per second")
    print(f"  all CUS rules                {SAMPLE / ours:9.0f} per second")
    print(f"  ratio                        {bare / ours:9.2f}  (wanted ≥ 0.50)")
    first, second = _reviews(customers)
    print(f"reviewing {customers} customers in the database (SQLite FULL): load, check, store")
    print(f"  first review  {first:8.2f} s  ({customers / first:.0f} per second)")
    print(f"  second review {second:8.2f} s  ({first / second:.0f} times faster; wanted ≥ 20)")


def _rules(rows: Sequence[CustomerFields]) -> float:
    given, rules = Given(date(2026, 11, 22), Limits()), all_rules()
    start = time.perf_counter()
    findings = [check(row, given, rules) for row in rows]
    took = time.perf_counter() - start
    assert sum(map(len, findings)) > len(rows) // 10
    return took


def _bare(rows: Sequence[CustomerFields]) -> float:
    kontocheck = import_module("kontocheck")
    kontocheck.lut_load(0, load_scl=False)
    account, result = kontocheck.libkontocheck.iban_check, ctypes.c_int()
    start = time.perf_counter()
    for row in rows:
        if row.iban:
            _iban(row.iban)
            account(row.iban.encode("ascii", "replace"), ctypes.byref(result))
        if row.email:
            _mail(row.email)
        for number in (row.phone, row.mobile):
            if number:
                _phone(number)
    return time.perf_counter() - start


def _iban(text: str) -> None:
    try:
        IBAN(text)
    except SchwiftyException:
        return


def _mail(address: str) -> None:
    try:
        email_validator.validate_email(address, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return


def _phone(number: str) -> None:
    try:
        phonenumbers.is_valid_number(phonenumbers.parse(number, "DE"))
    except phonenumbers.NumberParseException:
        return


def _reviews(customers: int) -> tuple[float, float]:
    with temporary_home() as home:
        office = new_office(home)
        fill(office, customers, faulty=True)
        times: list[float] = []
        for _review in range(2):
            start = time.perf_counter()
            for _done in review_stale(office):
                pass
            times.append(time.perf_counter() - start)
        office.store.close()
    return times[0], times[1]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS)
