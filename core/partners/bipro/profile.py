"""A BiPRO provider's profile: what differs between providers, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.locale import _
from core.partners.endpoint import Endpoint, check_endpoint
from core.partners.profile import decoded, overlaid, read_table, wrong
from core.postbox.post import Acknowledge

_FOLDER = Path(__file__).parent
SHIPPED: Mapping[str, Path] = {name: _FOLDER / f"{name}.toml" for name in ("vema", "insurer")}
NACHRICHTEN = "http://www.bipro.net/namespace/nachrichten"
_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){4}")
_CATEGORY = re.compile(r"\d{3}|\d{6}|\d{9}")


class LoginStyle(StrEnum):
    """How the request for a token is written."""

    STANDARD = "standard"
    VEMA = "vema"


class SoapAction(StrEnum):
    """What stands in the header SOAPAction."""

    EMPTY = "empty"
    URN = "urn"
    QUOTED = "quoted"


class Confirmed(StrEnum):
    """BestaetigeLieferungen: whether a list contains what was acknowledged; some refuse to be told."""

    YES = "true"
    NO = "false"
    OMIT = "omit"


@dataclass(frozen=True, slots=True)
class BiproProfile:
    """One provider; the comments in vema.toml say what each of these is."""

    name: str
    title: str
    version: str
    login: Endpoint
    transfer: Endpoint
    consumer_id: str = ""
    login_style: LoginStyle = LoginStyle.STANDARD
    soap_action: SoapAction = SoapAction.URN
    confirmed: Confirmed = Confirmed.NO
    categories: tuple[str, ...] = ()
    acknowledge: Acknowledge = Acknowledge.OFF
    token_minutes: float = 10.0
    token_margin: float = 60.0
    largest_list: int = 33_554_432
    version_namespace: str = NACHRICHTEN
    consumer_namespace: str = NACHRICHTEN
    file: str = ""
    """Where it was read from; relative paths in it start in that folder."""


def read_profile(file: Path, changes: Mapping[str, Any] | None = None) -> BiproProfile:
    """The profile of a file, with `changes` (tables like the file's) laid over it. Raises UnreadableInput."""
    table = overlaid(read_table(file, SHIPPED), changes or {})
    profile = decoded(BiproProfile, overlaid(table, {"file": str(file)}), file)
    check_endpoint(profile.login, file, "login")
    check_endpoint(profile.transfer, file, "transfer")
    if not _VERSION.fullmatch(profile.version):
        raise wrong(file, "version", _("must be like 2.6.1.1.0"))
    if len(profile.consumer_id) > 50:
        raise wrong(file, "consumer_id", _("must have at most {most} characters", most=50))
    for category in profile.categories:
        if not _CATEGORY.fullmatch(category):
            raise wrong(file, "categories", _("a category has 3, 6 or 9 digits"))
    for name, value, most in (
        ("token_minutes", profile.token_minutes, 1440),
        ("token_margin", profile.token_margin, 3600),
        ("largest_list", profile.largest_list, 1 << 30),
    ):
        if not 0 < value <= most:
            raise wrong(file, name, _("must be between {least} and {most}", least=0, most=most))
    return profile
