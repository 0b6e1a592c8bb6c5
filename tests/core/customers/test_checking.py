"""Which findings hold a transfer; and the fingerprint, which changes with all that rules are made of."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.customers import checking
from core.customers.given import Given, Limits
from core.customers.rules import RULES
from core.locale import _
from core.rulebook.finding import Finding, Severity
from core.rulebook.record import Suppression
from tests.support.clock import MONDAY_MORNING

TODAY = date(2026, 11, 23)


def finding(severity: Severity = Severity.ERROR, field: str = "postcode", value: str = "1067") -> Finding:
    return Finding("CUS002", "postcode-format", severity, "customers", "K-1", field, value, _("So."))


def lived_with(**values: Any) -> Suppression:
    given = {"rule": "CUS002", "field": "postcode", "value": "1067", **values}
    return Suppression(area="customers", record=1, at=MONDAY_MORNING, **given)


def blocks(one: Finding, given: Given | None = None, *suppressions: Suppression) -> bool:
    (judged,) = checking.judge([one], given or Given(TODAY), suppressions)
    return judged.blocks


def test_only_an_error_in_a_field_that_is_sent_holds_a_transfer() -> None:
    assert blocks(finding())
    assert not blocks(finding(Severity.WARNING))
    assert not blocks(finding(Severity.INFO))
    assert not blocks(finding(field="adviser"))
    assert not blocks(finding(), Given(TODAY, withheld=frozenset({"postcode"})))
    assert not blocks(finding(), Given(TODAY, Limits(transmitted=frozenset({"town"}))))


def test_what_somebody_lives_with_holds_none() -> None:
    assert not blocks(finding(), None, lived_with())
    assert not blocks(finding(), None, lived_with(until=TODAY))


@pytest.mark.parametrize(
    "other",
    [
        {"rule": "CUS004"},
        {"field": "town"},
        {"value": "1068"},
        {"until": TODAY - timedelta(days=1)},
        {"ended_at": MONDAY_MORNING},
    ],
)
def test_but_only_with_exactly_this_and_for_as_long_as_was_said(other: dict[str, Any]) -> None:
    assert blocks(finding(), None, lived_with(**other))


def test_a_profile_may_rate_a_rule_otherwise() -> None:
    from core.customers.fields import customer_from

    milder = Given(TODAY, Limits(severities={"CUS002": Severity.INFO}))
    (found,) = checking.check(customer_from({"postcode": "1067"}), milder, [RULES["CUS002"]])
    assert (found.rule, found.severity, found.subject) == ("CUS002", Severity.INFO, "")


def test_rules_that_ask_for_the_day_are_checked_daily() -> None:
    daily = {rule.id for rule in checking.daily_rules()}
    assert {"CUS006", "CUS007", "CUS008"} <= daily < {rule.id for rule in checking.all_rules()}


def test_the_fingerprint_covers_every_module_that_rules_are_made_of() -> None:
    root = Path(checking.__file__).parents[2]
    covered = {root / name for name in checking.HELPING_MODULES}
    covered |= set((root / checking.RULE_MODULES).glob("*.py"))
    assert all(one.is_file() for one in covered)
    asked = {
        Path(module.__file__ or "")
        for rule in RULES
        for value in sys.modules[rule.check.__module__].__dict__.values()
        if (module := sys.modules.get(getattr(value, "__module__", "") or "")) and module.__file__
    }
    ours = {one for one in asked if one.is_relative_to(root / "core/customers")}
    pure_data = {root / "core/customers/given.py"}
    assert ours - covered <= pure_data


def test_other_bytes_in_a_module_or_another_version_of_a_library_are_another_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from importlib import metadata

    from core.customers.given import Limits

    read, version = Path.read_bytes, metadata.version
    before = checking.fingerprint(Limits())
    assert checking.fingerprint(Limits()) == before

    def altered(path: Path) -> bytes:
        return read(path) + b"# altered" if path.name == "company_name.py" else read(path)

    monkeypatch.setattr(Path, "read_bytes", altered)
    checking._code.cache_clear()
    other_code = checking.fingerprint(Limits())
    monkeypatch.setattr(Path, "read_bytes", read)
    monkeypatch.setattr(
        metadata, "version", lambda name: version(name) + ("+1" if name == "schwifty" else "")
    )
    checking._code.cache_clear()
    other_library = checking.fingerprint(Limits())
    monkeypatch.undo()
    checking._code.cache_clear()
    assert len({before, other_code, other_library}) == 3
    assert checking.fingerprint(Limits()) == before
