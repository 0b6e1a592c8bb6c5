from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from core.rulebook.condition import (
    Choice,
    ChoiceField,
    Condition,
    ConditionContext,
    ConditionTooSlow,
    Flag,
    FlagField,
    ListField,
    TextField,
    Vocabulary,
    parse,
)
from tests.core.rulebook.condition.sample import CONTEXT, NOW, VOCABULARY, Row, matches

BERLIN = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("condition", "town"),
    [
        ("town:münchen", "MÜNCHEN"),
        ("town:münchen", "Mu\u0308nchen"),
        ("town:STRASSE", "Straße"),
        ("town:strasse", "STRAẞE"),
        ("town:mün*", "München"),
        ("town:*chen", "München"),
        ("town:m*n*n", "München"),
        ("town:*", "x"),
        ("town:* AND NOT town:missing", " "),
        ('town:"bad tölz"', "Bad Tölz"),
        (r"town:5\*", "5*"),
        (r"town:a\u00a0b", "a\u00a0b"),
        ("town:*%*", "100%"),
        ("town:!=Ulm", "München"),
        ("town:!=M*n", "Ulm"),
        ("town:>m", "München"),
        ("town:<=münchen", "MÜNCHEN"),
        ("town:~^m.n", "München"),
        ("town:~ss", "Straße"),
        (r'town:~"\bTölz$"', "Bad To\u0308lz"),
        ("town:len>6", "München"),
        ("town:len<=7", "Mu\u0308nchen"),
        ("NOT town:len!=7", "München"),
        ('town:"missing"', "missing"),
        ("town:len", "len"),
    ],
)
def test_text_compares_normalised_and_casefolded(condition: str, town: str):
    assert matches(condition, Row(town=town))


@pytest.mark.parametrize(
    ("condition", "town"),
    [
        ("town:münch", "München"),
        ("town:aba*aba", "aba"),
        ("town:a*a*a", "aa"),
        ("town:x*b*a*x", "xabx"),
        ("town:i", "ı"),
        (r"town:5\*", "5x"),
        ("town:mu*", "München"),
        ("town:!=münchen", "MÜNCHEN"),
        ("town:>m", "Lübeck"),
        ("town:len>7", "Mu\u0308nchen"),
    ],
)
def test_text_that_differs_does_not_match(condition: str, town: str):
    assert not matches(condition, Row(town=town))


@pytest.mark.parametrize("empty", ["", None])
@pytest.mark.parametrize("field", ["town", "iban"])
def test_an_empty_field_matches_only_missing_and_not(field: str, empty: str | None):
    row = Row(town=empty, iban=empty)
    for test in ("x", "!=x", "*", "!=x*", ">a", "<z", "~.*", "~^$", "len<5", "len!=3"):
        assert not matches(f"{field}:{test}", row)
        assert matches(f"NOT {field}:{test}", row)
    assert matches(f"{field}:missing", row)
    assert not matches(f"{field}:missing", Row(town=" ", iban=" "))


@pytest.mark.parametrize(
    "condition",
    [
        "state:missing",
        "attempts:missing",
        "amount:missing",
        "until:missing",
        "born:missing",
        "sent:missing",
        "age:missing",
        "finding:missing",
    ],
)
def test_a_field_of_any_kind_can_be_missing(condition: str):
    full = Row("x", "held", 0, date.min, NOW, "x", "x", 0, ["CUS001"])
    assert matches(condition, Row())
    assert not matches(condition, full)
    assert not matches(condition.replace("missing", "*"), Row())
    assert matches(condition.replace("missing", "*"), full)


@pytest.mark.parametrize(
    "amount", [1234, 1234.0, Decimal("1234.00"), "1234", "1.234,00", "1,234.00", " 01234 "]
)
def test_numbers_compare_by_value(amount: object):
    row = Row(amount=amount)
    for test in ("1234", "1234,0", "1.234,0", "1,234.0", ">=1234", "<1234,5", "!=1233", ">-5"):
        assert matches(f"amount:{test}", row)
    assert not matches("amount:>1234", row)


@pytest.mark.parametrize(
    "amount", ["zwölf", "1.234", "1,2,3", "1e5", "１２", float("nan"), Decimal("Infinity"), " "]
)
def test_what_is_no_number_is_not_missing_and_matches_nothing_but_not(amount: object):
    row = Row(amount=amount)
    for test in ("5", "!=5", ">5", "<5", "missing"):
        assert not matches(f"amount:{test}", row)
        assert matches(f"NOT amount:{test}", row)


def test_text_that_is_no_number_can_still_be_found_by_its_letters():
    assert matches("amount:zw* amount:~ö amount:len>3", Row(amount="zwölf"))


@pytest.mark.parametrize("born", ["01.02.2026", "1.2.2026", "2026-02-01", " 01.02.2026"])
def test_days_compare_by_value(born: str):
    row = Row(born=born)
    for test in (
        "01.02.2026",
        "2026-02-01",
        ">=1.2.2026",
        "<2026-02-02",
        "!=31.01.2026",
        "<heute",
        "<YESTERDAY",
    ):
        assert matches(f"born:{test}", row)
    assert not matches("born:>01.02.2026", row)


@pytest.mark.parametrize("born", ["31.02.2026", "29.02.1900", "00.00.0000", "02/01/2026", "01.02.26", "?"])
def test_what_is_no_day_is_not_missing_and_matches_nothing_but_not(born: str):
    row = Row(born=born)
    for test in ("01.02.2026", "!=01.02.2026", ">01.02.1800", "<01.02.2100", "missing"):
        assert not matches(f"born:{test}", row)
    assert matches("NOT born:>01.02.1800 AND born:*", row)


def test_a_time_belongs_to_the_day_that_the_operators_clock_shows():
    row = Row(sent_at=datetime(2026, 2, 9, 23, 30, tzinfo=timezone.utc))  # noqa: UP017
    assert matches("sent:2026-02-09", row)
    assert matches("sent:2026-02-10", row, ConditionContext(NOW.astimezone(BERLIN), NOW.date()))


@pytest.mark.parametrize(
    "age",
    ["2d", "2Tage", '"2 Tage"', "48h", "48std", "172800s", "2880min", '"2 days"', "2,0d", ">1w", ">=14Tagen"],
)
def test_ages_are_told_in_either_language(age: str):
    days = 14 if age.startswith(">=") else 8 if age.startswith(">") else 2
    assert matches(f"age:{age}", Row(sent_at=NOW - timedelta(days=days, seconds=0)))


def test_an_age_is_exact_with_an_order_and_whole_units_without():
    row = Row(sent_at=NOW - timedelta(days=2, hours=5))
    assert matches("age:>2d age:2d age:<3d age:!=3d age:53h", row)
    assert not matches("age:3d OR age:<=2d OR age:!=2d", row)


def test_ages_of_days_texts_and_times_without_zone():
    vocabulary = Vocabulary([*VOCABULARY, TextField("x", "y", str)])
    condition = parse("age:1d", vocabulary)
    for moment in (
        NOW.replace(day=9),
        NOW.replace(day=9, tzinfo=None),
        date(2026, 2, 9),
        "2026-02-09",
        "2026-02-09T12:00",
    ):
        assert condition.matches(Row(sent_at=moment), CONTEXT)  # pyright: ignore[reportArgumentType]
    assert not matches("age:>0s OR age:<1d OR age:missing", Row(sent_at="gestern"))  # pyright: ignore


def test_a_choice_answers_to_both_words_and_its_aliases():
    for word in ("failed", "Fehlgeschlagen", "FAILED", "fehl*", "fa*"):
        assert matches(f"state:{word}", Row(state="failed"))
    assert matches("state:ok", Row(state="delivered"))
    assert matches("state:!=ok", Row(state="unheard-of"))
    assert not matches("state:!=failed OR state:he* OR state:!=f*", Row(state="failed"))


def test_a_word_that_two_choices_share_means_both():
    causes = (
        Choice(401, "password", "Zugang"),
        Choice(403, "account", "Zugang"),
        Choice(500, "outage", "Ausfall"),
    )
    vocabulary = Vocabulary([ChoiceField("cause", "Grund", lambda record: record, choices=causes)])
    condition = parse("grund:zugang", vocabulary)
    for stored in (condition, parse(str(condition), vocabulary)):
        assert [stored.matches(code, CONTEXT) for code in (401, 403, 500)] == [True, True, False]


def test_fields_answer_to_both_names_aliases_and_spellings_without_umlauts():
    row = Row(town="Ulm", state="held")
    assert matches("ort:ulm TOWN:ulm Ort:ulm city:ulm", row)
    assert matches("ist:hängt is:haengt Is:STUCK", row)


@pytest.mark.parametrize(
    ("state", "stuck"), [("held", True), ("failed", True), ("uncertain", True), ("delivered", False)]
)
def test_stuck_is_held_failed_or_uncertain(state: str, stuck: bool):
    assert matches("is:stuck", Row(state=state)) is stuck
    assert matches("is:!=stuck", Row(state=state)) is not stuck


def test_of_a_list_any_value_may_match():
    row = Row(findings=["CUS001", "CUS004"])
    assert matches("finding:cus004 finding:cus* finding:~4$ finding:>CUS003 finding:len>1", row)
    assert not matches("finding:!=CUS004 OR finding:len>2", row)
    assert matches("finding:!=CUS009", row)
    assert not matches("finding:!=CUS009", Row())


def test_a_list_that_is_not_there_is_empty():
    vocabulary = Vocabulary([ListField("finding", "Befund", lambda record: record.get("findings"))])
    assert parse("finding:missing", vocabulary).matches({}, CONTEXT)


@pytest.mark.parametrize(
    ("condition", "canonical"),
    [
        ("ort:a state:failed", "town:a AND state:failed"),
        ("ort:a OR ort:b zustand:Unklar", "town:a OR town:b AND state:uncertain"),
        ("(ort:a OR ort:b) AND (NOT (ort:c))", "(town:a OR town:b) AND NOT town:c"),
        ('ort : "a" NOT NOT ( ort:MISSING )', "town:a AND NOT NOT town:missing"),
        ("ist:hängt", "is:stuck"),
        ('kontonummer:LEN != "22"', "iban:len!=22"),
        ('ort:"a b" ort:"c*"', 'town:"a b" AND town:c*'),
        ("ort:**", "town:*"),
        ('ort:"AND"', 'town:"AND"'),
        (r'ort:~"a\"b"', r"town:~a\"b"),
        ('ort:"\u200b"', r'town:"\u200b"'),
        ("state:fehl*", "state:fehl*"),
    ],
)
def test_the_canonical_text_is_english_and_as_short_as_it_can_be(condition: str, canonical: str):
    assert str(parse(condition, VOCABULARY)) == canonical


def test_and_binds_closer_than_or_and_not_closer_than_both():
    row = Row(town="a", iban="b")
    assert matches("town:a OR town:x iban:x", row)
    assert not matches("(town:a OR town:x) iban:x", row)
    assert matches("NOT town:x iban:b", row)


def test_plain_dictionaries_are_judged_as_well_as_records():
    vocabulary = Vocabulary([TextField("iban", "IBAN", lambda record: record.get("iban"))])
    condition = parse("iban:len!=22", vocabulary)
    assert condition.matches({"iban": "DE12"}, CONTEXT)
    assert not condition.matches({}, CONTEXT)


def test_a_regular_expression_that_takes_too_long_is_an_error_and_not_a_no():
    condition = parse('town:Ulm OR town:~"(?:a|aa)+$"', VOCABULARY)
    with pytest.raises(ConditionTooSlow) as caught:
        condition.matches(Row(town="a" * 80 + "b"), ConditionContext(NOW, NOW.date(), regex_seconds=0.01))
    assert caught.value.position == len("town:Ulm OR town:~")
    assert "10 ms" in str(caught.value)


def test_a_context_needs_a_time_zone():
    with pytest.raises(ValueError, match="time zone"):
        ConditionContext(datetime(2026, 2, 10), date(2026, 2, 10))  # noqa: DTZ001


def test_a_condition_tells_its_fields_and_whether_time_changes_its_answer():
    def told(text: str) -> tuple[set[str], bool]:
        condition: Condition = parse(text, VOCABULARY)
        return set(condition.fields), condition.depends_on_time

    assert told("is:stuck ort:a") == ({"is", "state", "town"}, False)
    assert told("age:>2d") == ({"age"}, True)
    assert told("NOT bis:<heute") == ({"until"}, True)
    assert told("bis:<2026-02-01") == ({"until"}, False)


def test_a_vocabulary_refuses_names_that_clash_or_cannot_be_written():
    town = TextField("town", "Ort", str)
    with pytest.raises(ValueError, match="two fields are called ort"):
        Vocabulary([town, TextField("place", "ORT", str)])
    with pytest.raises(ValueError, match="one word"):
        Vocabulary([TextField("last name", "Nachname", str)])
    with pytest.raises(ValueError, match="two flags"):
        FlagField((Flag("stuck", "hängt", "town:a"), Flag("haengt", "x", "town:b")))


def test_a_flag_explained_by_itself_is_found_out():
    vocabulary = Vocabulary([FlagField((Flag("a", "x", "is:b"), Flag("b", "y", "is:a")))])
    with pytest.raises(ValueError, match="explained by itself"):
        parse("is:a", vocabulary)


def test_declaring_a_vocabulary_loads_no_heavy_library():
    code = (
        "import sys, core.rulebook.condition as c;"
        "c.Vocabulary([c.TextField('a', 'b', str)]);"
        "sys.exit(' '.join({'lark', 'regex', 'sqlalchemy'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
