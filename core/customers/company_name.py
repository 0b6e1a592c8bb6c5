"""The short name under which a company goes to a partner that takes only a short one at first."""

from __future__ import annotations

import unicodedata

from core.text import cut, damage_undone, tidied


def short_company_name(name: str, limit: int) -> str:
    """The first `limit` characters of a company's name, fit to be sent; the record itself is never shortened.

    Nothing is hidden in it, no blank stands at its edges, accents are composed (NFC), and no letter or emoji
    is cut in two; so it may be shorter than `limit`, and it is empty where not even one character fits.
    """
    undamaged = damage_undone(name)
    plain = tidied(unicodedata.normalize("NFC", tidied(name) if undamaged is None else undamaged))
    return cut(plain, limit).rstrip(" ")
