"""BiPRO 410: the request for a security token, and the token in the answer. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.outbox.outcome import Credentials
from core.partners.bipro.answer import Node
from core.partners.bipro.profile import BiproProfile, LoginStyle
from core.partners.bipro.soap import SOAP, WSC, WSSE, new_envelope, written
from core.partners.xml import Element, Unreadable, add_element

WST = "http://schemas.xmlsoap.org/ws/2005/02/trust"
# As VEMA is known to be asked, with the slash that the norm does not have.
WSA_OF_VEMA = "http://schemas.xmlsoap.org/ws/2004/08/addressing/"
_ISSUE = f"{WST}/Issue"
_TOKEN_TYPE = f"{WSC}/sct"
_PASSWORD_TEXT = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105
)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)", re.IGNORECASE)
SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A session: what it is called, and until when it lives (aware UTC)."""

    identifier: str = field(repr=False)
    ends_at: datetime


def token_request(profile: BiproProfile, credentials: Credentials) -> bytes:
    """The request for a token, in the style of the profile."""
    envelope, header, body = new_envelope()
    is_vema = profile.login_style is LoginStyle.VEMA
    if is_vema:
        action = add_element(
            header, f"{{{WSA_OF_VEMA}}}Action", f"{WST}/RST/SCT", prefixes={"wsa": WSA_OF_VEMA}
        )
        _address(action, must_understand="0")
    security = add_element(header, f"{{{WSSE}}}Security", prefixes={"wsse": WSSE})
    if is_vema:
        _address(security, must_understand="1")
    user = add_element(security, f"{{{WSSE}}}UsernameToken")
    add_element(user, f"{{{WSSE}}}Username", credentials.user)
    add_element(user, f"{{{WSSE}}}Password", credentials.password).set("Type", _PASSWORD_TEXT)
    request = add_element(body, f"{{{WST}}}RequestSecurityToken", prefixes={None if is_vema else "wst": WST})
    add_element(request, f"{{{WST}}}TokenType", _TOKEN_TYPE)
    add_element(request, f"{{{WST}}}RequestType", _ISSUE)
    if not is_vema:
        namespace = profile.version_namespace
        add_element(request, f"{{{namespace}}}BiPROVersion", profile.version, prefixes={"nac": namespace})
    return written(envelope)


def _address(element: Element, must_understand: str) -> None:
    element.set(f"{{{SOAP}}}actor", "")
    element.set(f"{{{SOAP}}}mustUnderstand", must_understand)


def read_token(profile: BiproProfile, body: Node, now: datetime) -> Token:
    """The token of an answer. Raises Unreadable where it has none.

    An end without a time zone is nobody's: then the profile's minutes count, as where none is named.
    """
    identifier = next((text for one in body.below("Identifier") if (text := one.text.strip())), "")
    if not identifier:
        raise Unreadable("holds no security token")
    assumed = now + timedelta(minutes=profile.token_minutes)
    named = next((one.text for one in body.below("Expires")), "")
    ends_at = read_moment(named) or assumed
    return Token(identifier, max(ends_at, now + SHORTEST))


def read_moment(text: str) -> datetime | None:
    """A moment with a time zone; None for anything else."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3].upper()}")
    except ValueError:
        return None
