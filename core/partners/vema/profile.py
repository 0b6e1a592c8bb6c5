"""VEMA's profile: profile.toml as dataclasses."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.locale import _
from core.partners.endpoint import AnswerRule, Call, Endpoint, check_call, check_endpoint, check_rules
from core.partners.profile import decoded, overlaid, read_table, wrong

SHIPPED = Path(__file__).with_name("profile.toml")
_XML_NAME = re.compile(r"[^\W\d][\w.-]*")


@dataclass(frozen=True, slots=True)
class XmlForm:
    """The body of a hand-over: fields as attributes of the root or as its elements."""

    namespace: str
    root: str
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    elements: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The body of an answer: names of its root, the root's attributes and the element with a sentence."""

    root: str
    says: str
    reference: str = ""
    created: str = ""
    created_yes: str = ""
    created_no: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class LimitValues:
    """What the partner takes, as the file has it; `core.partners.vema.limits` makes rules' limits of it."""

    first_company_name: int
    characters: str = "utf-8"
    countries: tuple[str, ...] = ()
    lengths: Mapping[str, int] = field(default_factory=dict[str, int])
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    severities: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class VemaProfile:
    """Everything that would have to change if VEMA's real protocol became known."""

    name: str
    title: str
    kinds: tuple[str, ...]
    honours_key: bool
    endpoint: Endpoint
    log_in: Call
    hand_over: Call
    xml: XmlForm
    answer: AnswerForm
    limits: LimitValues
    absent_after: float = 300.0
    """Seconds; see `core.outbox.outcome.Partner.absent_after`."""
    look_up_key: Call | None = None
    look_up_subject: Call | None = None
    answers: tuple[AnswerRule, ...] = ()
    file: str = ""
    """Where it was read from; relative paths in it start in that folder."""


def read_profile(file: Path = SHIPPED, changes: Mapping[str, Any] | None = None) -> VemaProfile:
    """The profile of a file, with `changes` (tables like the file's) laid over it. Raises UnreadableInput."""
    table = overlaid(read_table(file, {"vema": SHIPPED}), changes or {})
    profile = decoded(VemaProfile, overlaid(table, {"file": str(file)}), file)
    check_endpoint(profile.endpoint, file)
    if not 0 <= profile.absent_after <= 86_400:
        raise wrong(file, "absent_after", _("must be between {least} and {most}", least=0, most=86_400))
    check_rules(profile.answers, "answers", file)
    _check_calls(profile, file)
    _check_xml(profile.xml, file)
    _check_limits(profile.limits, file)
    return profile


def _check_calls(profile: VemaProfile, file: Path) -> None:
    check_call(profile.log_in, "log_in", file, set())
    check_call(profile.hand_over, "hand_over", file, {"key"})
    if profile.look_up_key:
        check_call(profile.look_up_key, "look_up_key", file, {"key"})
    if profile.look_up_subject:
        check_call(profile.look_up_subject, "look_up_subject", file, {"number"})
    if any(rule.outcome is None for rule in (*profile.hand_over.answers, *profile.answers)):
        raise wrong(file, "hand_over.answers", _("what becomes of a hand-over is an outcome, not a presence"))


def _check_xml(form: XmlForm, file: Path) -> None:
    for part, names in (("attributes", form.attributes), ("elements", form.elements)):
        for name, written in names.items():
            if not _XML_NAME.fullmatch(written):
                raise wrong(file, f"xml.{part}.{name}", _("“{value}” is no XML name", value=written))
        if len(set(names.values())) < len(names):
            raise wrong(file, f"xml.{part}", _("two fields have the same name"))
    twice = sorted(form.attributes.keys() & form.elements.keys())
    if twice:
        raise wrong(file, f"xml.elements.{twice[0]}", _("is an attribute already"))


def _check_limits(limits: LimitValues, file: Path) -> None:
    try:
        codecs.lookup(limits.characters)
    except LookupError as error:
        raise wrong(
            file, "limits.characters", _("“{value}” is no encoding", value=limits.characters)
        ) from error
