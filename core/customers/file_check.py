"""Checking a file of customers without an office: row by row, in constant memory, nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.customers import checking
from core.customers.columns import ColumnMap
from core.customers.fields import CustomerFields, customer_from
from core.customers.fixing import FieldChange, diff, fixed_fields
from core.customers.given import Given
from core.rulebook.finding import Finding
from core.rulebook.rule import Need
from core.tables import BadRow, Row, Table


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row, the customer it says, and what was found of it."""

    row: Row
    customer: CustomerFields
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class FileCheck:
    """How the rows of a file are judged: as if each stood alone and had never been transferred."""

    columns: ColumnMap
    given: Given

    def rows(self, table: Table) -> Iterator[CheckedRow | BadRow]:
        """Every row by every rule; rows that are none as they come."""
        for row in table.rows():
            yield row if isinstance(row, BadRow) else self.checked(row)

    def checked(self, row: Row) -> CheckedRow:
        """One row by every rule. A field without a column is empty."""
        customer = customer_from(self.columns.text_of(row.cells))
        findings = checking.check(customer, self.given, checking.all_rules())
        return CheckedRow(row, customer, tuple(replace(one, row=row.number) for one in findings))

    def changes(self, checked: CheckedRow, *, unsafe: bool) -> list[FieldChange]:
        """What the fixes would make of a row, field by field; only fields that have a column."""
        if not any(finding.fix for finding in checked.findings):
            return []
        fixed = fixed_fields(checked.customer, self.given.limits, self.given.today, unsafe=unsafe)
        return [one for one in diff(checked.customer, fixed) if one.field in self.columns.positions]

    def corrected(self, row: Row, changes: Sequence[FieldChange]) -> Row:
        """The row with the changes in it."""
        cells = list(row.cells)
        for change in changes:
            cells[self.columns.positions[change.field]] = change.after
        return replace(row, cells=tuple(cells))


def rules_needing(need: Need) -> tuple[str, ...]:
    """The rules that would have to be given this, which a file alone does not say."""
    return tuple(rule.id for rule in checking.all_rules() if need in rule.needs)
