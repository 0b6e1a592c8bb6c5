"""The plainest conditions, `field:word OR field:word …`, read without lark.

Loading lark takes longer than showing a list; what flags stand for and what lists open with is that plain.
"""

from __future__ import annotations

import re

from core.rulebook.condition.tree import Comparison, Expression, Op, Pattern, any_of

_TEST = re.compile(r"([a-z]+):([a-z]+(?:-[a-z]+)*)")
_OR = " OR "


def read_plain(text: str) -> Expression | None:
    """The tree that the parser would make; None where only the parser can say."""
    tests: list[Expression] = []
    position = 0
    for part in text.split(_OR):
        found = _TEST.fullmatch(part)
        if found is None or found[2] == "missing":
            return None
        value = Pattern((found[2],))
        tests.append(Comparison(found[1], Op.IS, value, False, position, position + found.start(2)))
        position += len(part) + len(_OR)
    return any_of(*tests)
