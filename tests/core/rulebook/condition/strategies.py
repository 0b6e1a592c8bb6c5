"""Random rows and conditions for the sample: letters that fold, combine and escape in awkward ways."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from core.rulebook.condition import Comparison, Expression, Missing, Not, Op, Pattern, Regex, all_of, any_of
from tests.core.rulebook.condition.sample import Row

AWKWARD = "aAbäÄöÜßẞſsSıIiİe\u0301\u0308éKÅk%_\\'\"*[]^() :8٣9😀\u00a0\u200b\ud7ff\uffff"
"""Umlauts, sharp and long s, Turkish i, combining accents, Kelvin and Angstrom signs, wildcards of SQL."""

texts = st.text(st.sampled_from(AWKWARD), max_size=4)
texts_with_nul = st.text(st.sampled_from(AWKWARD + "\0\0"), max_size=4)
states = st.sampled_from(["held", "failed", "uncertain", "delivered", "unheard-of", "", None])
days = st.dates(date(2026, 2, 7), date(2026, 2, 13)) | st.just(date.min) | st.just(date.max)
moments = st.datetimes(datetime(2026, 2, 8), datetime(2026, 2, 12), timezones=st.just(UTC))  # noqa: DTZ001
numbers = st.integers(-3, 3) | st.sampled_from([-(2**31), 2**31 - 1])


def rows(text: st.SearchStrategy[str]) -> st.SearchStrategy[Row]:
    """Rows whose texts are drawn from `text`."""
    return st.builds(
        Row,
        town=st.none() | text,
        state=states,
        attempts=st.none() | numbers,
        until=st.none() | days,
        sent_at=st.none() | moments,
        iban=st.sampled_from(["", "DE1", "AT1"]),
        born=st.sampled_from(["", "01.02.2026", "2026-02-01", "31.02.2026", "?"]),
        amount=st.sampled_from(["", "1,5", "zwei", "-3"]),
        findings=st.lists(st.sampled_from(["CUS001", "CUS004", ""]), max_size=2),
    )


orders = st.sampled_from([Op.IS, Op.IS_NOT, Op.ABOVE, Op.BELOW, Op.AT_LEAST, Op.AT_MOST])
equalities = st.sampled_from([Op.IS, Op.IS_NOT])
patterns = st.lists(texts, min_size=1, max_size=4).map(lambda parts: Pattern(tuple(parts)))


def _literal(value: st.SearchStrategy[str]) -> st.SearchStrategy[Pattern]:
    return value.map(lambda text: Pattern((text,)))


def _has_text(pattern: Pattern) -> bool:
    return any(pattern.parts)


def compared(
    field: str, op: st.SearchStrategy[Op], value: st.SearchStrategy[Pattern]
) -> st.SearchStrategy[Expression]:
    """Tests of one field."""
    return st.builds(Comparison, st.just(field), op, value)


spans = st.sampled_from(["0s", "1d", "2d", "30h", "90min", "1w"])
state_words = st.sampled_from(["held", "fehlgeschlagen", "UNKLAR", "delivered"])
meaningful_tests: st.SearchStrategy[Expression] = st.one_of(
    compared("town", equalities, patterns.filter(_has_text)),
    compared("town", orders, _literal(texts.filter(bool))),
    compared("state", equalities, _literal(state_words)),
    compared(
        "attempts", orders, _literal(numbers.map(str) | st.sampled_from(["1,5", "99999999999999999999"]))
    ),
    compared("until", orders, _literal(days.map(str) | st.sampled_from(["heute", "tomorrow"]))),
    compared("sent", orders, _literal(days.map(str))),
    compared("age", orders, _literal(spans)).filter(lambda test: "30h" not in str(test)),
    compared("born", orders, _literal(st.just("01.02.2026"))),
    compared("amount", orders, _literal(st.just("1.5"))),
    compared("finding", equalities, _literal(st.sampled_from(["CUS001", "CUS009"]))),
    compared("is", equalities, _literal(st.sampled_from(["stuck", "german"]))),
    st.builds(Missing, st.sampled_from(["town", "state", "attempts", "until", "sent", "age", "finding"])),
)
"""Tests that the sample's vocabulary understands."""

field_names = st.sampled_from(["town", "Straße", "e-mail", "a1", "AND.x", "missing", "len", "NOT"])
any_texts = (
    texts | st.text(max_size=5) | st.sampled_from(["missing", "len", "len=5", "AND", "=", ">", "Missing"])
)
any_patterns = st.lists(any_texts, min_size=1, max_size=3).map(lambda parts: Pattern(tuple(parts)))
regexes = st.text(st.sampled_from('ab"\\ ().*+=AND')).filter(
    lambda source: (len(source) - len(source.rstrip("\\"))) % 2 == 0 and source != ""
)
any_tests: st.SearchStrategy[Expression] = st.one_of(
    st.builds(Missing, field_names),
    st.builds(Comparison, field_names, orders, any_patterns),
    st.builds(Comparison, field_names, orders.filter(bool), any_patterns, st.just(True)),
    st.builds(Comparison, field_names, st.just(Op.MATCHES), st.builds(Regex, regexes), st.booleans()),
)
"""Tests that can be written, whether or not they mean anything."""


def expressions(tests: st.SearchStrategy[Expression], leaves: int = 6) -> st.SearchStrategy[Expression]:
    """Trees over these tests."""
    return st.recursive(
        tests,
        lambda parts: (
            parts.map(Not)
            | st.lists(parts, min_size=1, max_size=3).map(lambda several: all_of(*several))
            | st.lists(parts, min_size=1, max_size=3).map(lambda several: any_of(*several))
        ),
        max_leaves=leaves,
    )
