"""The rules for customers (CUS…): what a partner would refuse, found before it is sent.

One rule, one function; its docstring is its documentation. CUS003, CUS011 and CUS012 are kept free for the
postcode list, the older customer number and the duplicates.

Which fields are transmitted, and which are left out for this customer, concerns every rule here, and none of
them speaks of any other field; so that is not among the needs that each one declares.
"""

from __future__ import annotations

from core.customers.rules import (
    address,
    bank,
    birth,
    characters,
    choices,
    company,
    contact,
    whitespace,
)
from core.customers.rules.book import RULES

__all__ = ["RULES"]

# Each of them writes its rules into the book when it is imported.
_CHAPTERS = (address, bank, birth, characters, choices, company, contact, whitespace)
