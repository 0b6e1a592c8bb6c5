"""VEMA as the outbox knows it. What is heavy (httpx, lxml) is imported when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import Inapplicable
from core.locale import _
from core.outbox.outcome import Connection, Credentials
from core.partners.endpoint import check_address, check_senders
from core.partners.vema.profile import SHIPPED, VemaProfile, read_profile
from core.settings import FILE_NAME, PartnerSettings

if TYPE_CHECKING:
    from core.customers.given import Limits


class VemaPartner:
    """A `Partner`, made from a profile."""

    def __init__(self, profile: VemaProfile) -> None:
        self.profile = profile
        self.name = profile.name
        self.honours_key = profile.honours_key
        self.absent_after = profile.absent_after
        self.can_look_up_keys = profile.look_up_key is not None
        self.can_look_up_subjects = profile.look_up_subject is not None
        self.senders = profile.endpoint.senders

    @cached_property
    def customer_limits(self) -> Limits:
        """What VEMA takes of a customer."""
        from core.partners.vema.limits import limits

        return limits(self.profile)

    def compose(self, kind: str, fields: Mapping[str, str]) -> bytes:
        """The bytes of a transfer's body; pure. Raises Inapplicable (unknown kind, unwritable character)."""
        if kind not in self.profile.kinds:
            raise Inapplicable(
                _("{partner} takes no transfers of the kind {kind}.", partner=self.profile.title, kind=kind)
            )
        from core.partners.vema.wire import compose

        return compose(self.profile.xml, fields)

    def decompose(self, body: bytes) -> dict[str, str]:
        """The fields of a body that `compose` made. Raises ValueError for any other."""
        from core.partners.vema.wire import decompose

        return decompose(self.profile.xml, body)

    def connect(self, credentials: Credentials, now: Callable[[], datetime]) -> Connection:
        """A client for one account; `now` is the clock (aware UTC). Opens nothing yet."""
        from core.partners.vema.client import VemaConnection

        return VemaConnection(self.profile, credentials, now)


def open_partner(settings: PartnerSettings, home: Path) -> VemaPartner:
    """VEMA as an office has set it; paths in its settings start in `home`. Raises UnreadableInput."""
    changes: dict[str, Any] = {}
    if settings.base_url:
        check_address(settings.base_url, home / FILE_NAME, "partners.vema.base_url")
        changes["url"] = settings.base_url
    if settings.ca_file:
        changes["ca_file"] = str((home / settings.ca_file).absolute())
    if settings.senders:
        check_senders(settings.senders, home / FILE_NAME, "partners.vema.senders")
        changes["senders"] = settings.senders
    file = home / settings.profile if settings.profile else SHIPPED
    return VemaPartner(read_profile(file, {"endpoint": changes}))
