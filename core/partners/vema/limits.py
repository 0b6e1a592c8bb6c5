"""What VEMA takes, as the customer rules ask for it."""

from __future__ import annotations

from pathlib import Path

from core.customers.fields import ATTRIBUTES
from core.customers.given import Limits
from core.locale import _
from core.partners.profile import wrong
from core.partners.vema.profile import VemaProfile
from core.rulebook.finding import Severity


def limits(profile: VemaProfile) -> Limits:
    """The limits of a profile; transmitted is what its XML has a place for. Raises UnreadableInput."""
    file, values = Path(profile.file), profile.limits
    transmitted = frozenset(profile.xml.attributes) | frozenset(profile.xml.elements)
    for where, names in (
        ("xml", transmitted),
        ("limits.lengths", values.lengths),
        ("limits.choices", values.choices),
    ):
        for name in names:
            if name not in ATTRIBUTES:
                raise wrong(file, f"{where}.{name}", _("a customer has no such field"))
    return Limits(
        transmitted=transmitted,
        first_company_name=values.first_company_name,
        lengths=values.lengths,
        choices=values.choices,
        countries=values.countries,
        characters=values.characters,
        severities={rule: _severity(text, rule, file) for rule, text in values.severities.items()},
    )


def _severity(text: str, rule: str, file: Path) -> Severity:
    try:
        return Severity(text)
    except ValueError as error:
        known = ", ".join(Severity)
        reason = _("“{value}” is not known; there is: {known}", value=text, known=known)
        raise wrong(file, f"limits.severities.{rule}", reason) from error
