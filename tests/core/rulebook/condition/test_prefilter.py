from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from core.rulebook.condition import Condition, ConditionContext, Expression, parse, resolve
from tests.conftest import BOTH_DATABASES
from tests.core.rulebook.condition.sample import CONTEXT, NOW, TABLE, VOCABULARY, Row
from tests.core.rulebook.condition.strategies import (
    expressions,
    meaningful_tests,
    rows,
    texts,
    texts_with_nul,
)


@pytest.fixture(scope="module", params=BOTH_DATABASES)
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    if request.param == "sqlite":
        engine = create_engine("sqlite://")
    else:
        server = request.getfixturevalue("postgres_server")
        engine = create_engine(server.url(server.create()))
    with engine.connect() as connection:
        TABLE.metadata.create_all(connection)
        yield connection
        connection.rollback()
    engine.dispose()


def store(connection: Connection, records: Sequence[Row]) -> None:
    connection.execute(delete(TABLE))
    if records:
        connection.execute(insert(TABLE), [row.stored(number) for number, row in enumerate(records)])


def kept(
    connection: Connection, condition: Condition, context: ConditionContext | None = CONTEXT
) -> set[int]:
    statement = select(TABLE.c.id)
    clause = condition.prefilter(context)
    return set(connection.scalars(statement if clause is None else statement.where(clause)))


def matching(condition: Condition, records: Sequence[Row]) -> set[int]:
    return {number for number, row in enumerate(records) if condition.matches(row, CONTEXT)}


@given(
    expression=expressions(meaningful_tests), data=st.data(), with_context=st.sampled_from([CONTEXT, None])
)
def test_the_prefilter_loses_no_row_that_matches(
    connection: Connection, expression: Expression, data: st.DataObject, with_context: ConditionContext | None
):
    text = texts_with_nul if connection.dialect.name == "sqlite" else texts
    records = data.draw(st.lists(rows(text), max_size=12))
    store(connection, records)
    condition = resolve(expression, VOCABULARY)
    assert matching(condition, records) <= kept(connection, condition, with_context)


TOWNS = [
    *("München", "MU\u0308NCHEN", "Mühldorf", "Straße", "ıI", "😀", "", None),
    *("100%", "100_", "100a", "a\\b", 'a"b'),
]


@pytest.mark.parametrize(
    "condition",
    [
        "town:münchen",
        "town:mü*",
        "town:*ch*n",
        "town:*n",
        "town:100%",
        "town:100_",
        "town:*%",
        "town:*_*",
        r'town:"a\\b"',
        r"town:*\\*",
        r"town:*\"*",
        r'town:"*\"*"',
        "town:STRASSE",
        "town:ıi",
        "town:😀*",
        "town:!=münchen",
        "town:!=*n",
        "town:missing",
        "NOT town:missing",
        "NOT town:mü*",
        "NOT (town:münchen OR town:100*)",
        "NOT town:*1*0*",
        "state:failed",
        "state:!=failed",
        "NOT state:failed",
        "is:stuck",
        "NOT is:stuck",
        "is:!=stuck",
        "state:*",
        "attempts:>1",
        "NOT attempts:>1",
        "NOT attempts:missing OR attempts:missing",
        "attempts:!=2",
        "until:>=2026-02-10",
        "NOT until:<10.02.2026",
        "until:today",
        "until:missing",
    ],
)
def test_where_sql_says_the_same_it_keeps_exactly_the_matching_rows(connection: Connection, condition: str):
    records = [Row(town=town) for town in TOWNS]
    records += [Row(state=state) for state in ("failed", "held", "delivered", "other", None)]
    records += [Row(attempts=number) for number in (0, 1, 2, 3)]
    records += [Row(until=NOW.date().replace(day=day)) for day in (9, 10, 11)]
    store(connection, records)
    parsed = parse(condition, VOCABULARY)
    assert kept(connection, parsed) == matching(parsed, records)
    assert matching(parsed, records) not in (set(), set(range(len(records)))) or " OR " in condition


@pytest.mark.parametrize(
    "condition",
    [
        "town:>m",
        "town:~^m",
        "town:len>3",
        "iban:DE*",
        "finding:CUS001",
        "finding:missing",
        "is:german",
        "born:missing",
        "attempts:>1,5",
        "attempts:<99999999999999999999",
        "town:a*b*c*d*e*f",
        f"town:*{'x' * 2000}*",
        r"town:\u0000x",
        r"town:\ud800*",
        "until:1* OR until:2*",
        "NOT until:missing",
        "town:a OR iban:b",
        "NOT (town:a AND iban:b)",
        "sent:!=2026-02-10",
        "sent:>9999-12-31",
        " OR ".join(f"town:{number}" for number in range(300)),
    ],
)
def test_where_sql_cannot_prove_the_same_it_says_nothing(condition: str):
    assert parse(condition, VOCABULARY).prefilter(CONTEXT) is None


def test_of_a_conjunction_the_part_that_sql_can_tell_is_used(connection: Connection):
    records = [Row(state="failed", iban="DE1"), Row(state="failed"), Row(state="held", iban="DE1")]
    store(connection, records)
    assert kept(connection, parse("state:failed iban:~^DE", VOCABULARY)) == {0, 1}
    assert kept(connection, parse("NOT (state:!=failed OR iban:~^AT)", VOCABULARY)) == {0, 1}


def test_ages_and_relative_days_need_the_moment_they_are_judged_at(connection: Connection):
    records = [Row(sent_at=NOW.replace(day=day)) for day in (1, 5, 9, 10)]
    store(connection, records)
    for text in ("age:>4d", "sent:<heute"):
        condition = parse(text, VOCABULARY)
        assert condition.prefilter() is None
        assert matching(condition, records) <= kept(connection, condition)
    assert kept(connection, parse("age:>4d", VOCABULARY)) == {0, 1}


def test_a_hundred_tests_are_not_too_many_for_either_database(connection: Connection):
    records = [Row(town="x7"), Row(town="y")]
    store(connection, records)
    condition = parse("NOT (" + " AND ".join(f"town:!=*x{n}*" for n in range(190)) + ")", VOCABULARY)
    assert kept(connection, condition) >= {0}
    assert condition.prefilter() is not None


def test_a_beginning_is_asked_for_so_that_an_index_can_serve_it():
    clause = parse("town:mü*", VOCABULARY).prefilter()
    assert clause is not None
    assert "town_folded >= " in str(clause.compile(dialect=sqlite.dialect()))
    assert "town_folded LIKE " in str(clause.compile(dialect=postgresql.dialect()))


@pytest.mark.parametrize("condition", ["town:*b", "town:a*b*", "NOT town:*a", "town:!=*a"])
def test_text_behind_a_nul_character_which_only_sqlite_stores_is_not_lost(condition: str):
    records = [Row(town="a\0b"), Row(town="a")]
    parsed = parse(condition, VOCABULARY)
    with create_engine("sqlite://").connect() as connection:
        TABLE.metadata.create_all(connection)
        store(connection, records)
        assert 0 in matching(parsed, records) & kept(connection, parsed)


@pytest.mark.parametrize("hours", [-12, 14])
def test_days_of_times_are_found_wherever_the_operator_sits(connection: Connection, hours: int):
    records = [Row(sent_at=datetime(2026, 2, 9, hour, tzinfo=UTC)) for hour in range(24)]
    store(connection, records)
    context = ConditionContext(NOW.astimezone(timezone(timedelta(hours=hours))), NOW.date())
    for text in ("sent:2026-02-08", "sent:2026-02-10", "sent:>2026-02-09", "NOT sent:>=2026-02-09"):
        condition = parse(text, VOCABULARY)
        matched = {number for number, row in enumerate(records) if condition.matches(row, context)}
        assert matched <= kept(connection, condition, context)


def test_the_last_character_of_all_has_no_successor(connection: Connection):
    records = [Row(town="\U0010ffff"), Row(town="\U0010fffe"), Row(town="a\U0010ffffz"), Row(town="b")]
    records.append(Row(town="\ud7ffz"))
    store(connection, records)
    for text in ("town:\U0010ffff*", "town:a\U0010ffff*", "town:\ud7ff*"):
        condition = parse(text, VOCABULARY)
        assert kept(connection, condition) == matching(condition, records)
