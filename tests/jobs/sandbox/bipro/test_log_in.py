"""Norm 410: who gets a token, how long it lives, and how an account is locked."""

from __future__ import annotations

import re

import pytest

from jobs.sandbox.bipro.client import PostSandbox
from jobs.sandbox.client import VemaSandbox
from tests.jobs.sandbox.bipro.recipient import ACTION, ISSUE, WSC, WSSE, WST, Recipient


def test_who_logs_in_gets_a_token_that_opens_the_postbox(recipient: Recipient) -> None:
    assert recipient.token.startswith("bipro:")
    assert recipient.lists().said == (200, "OK", ["04001"])


@pytest.mark.parametrize(("left_out", "codes"), [("action", ["00900"]), ("security", ["00900", "00905"])])
def test_vema_wants_both_action_and_security(member: Recipient, left_out: str, codes: list[str]) -> None:
    assert member.log_in(without=left_out).said == (500, "NOK", codes)


@pytest.mark.parametrize(
    ("header", "body", "codes"),
    [
        (f'<w:Security xmlns:w="{WSSE}"/>', ISSUE, ["00900", "00906"]),
        (f'<w:Security xmlns:w="{WSSE}"><w:X/></w:Security>', ISSUE, ["00900", "00908"]),
        (None, ISSUE.replace("/sct<", "/dk<"), ["00910"]),
        (None, ISSUE.replace("Issue", "Renew"), ["00911"]),
        (None, f"{ISSUE}<BiPROVersion>2.6.1.1.0</BiPROVersion>", ["00007"]),
    ],
)
def test_a_log_in_that_is_written_wrongly_is_told_what_is_wrong(
    member: Recipient, header: str | None, body: str, codes: list[str]
) -> None:
    token = "<w:UsernameToken><w:Username>x</w:Username></w:UsernameToken>"
    header = ACTION + (header or f'<w:Security xmlns:w="{WSSE}">{token}</w:Security>')
    request = f'<RequestSecurityToken xmlns="{WST}">{body}</RequestSecurityToken>'
    assert member.asks(header, request, member.reach.log_in_url).said == (500, "NOK", codes)


def test_wrong_passwords_lock_the_account_of_postbox_and_extranet_alike(
    vema: VemaSandbox, member: Recipient
) -> None:
    codes = [member.log_in(password="guess").codes for _time in range(6)]
    assert codes == [["00960", "00961"]] * 5 + [["00960", "00965"]]
    assert vema.credentials.locked
    vema.unlock()
    assert member.log_in().text("Identifier")


def test_the_insurers_account_is_another_one(vema: VemaSandbox, member: Recipient, broker: Recipient) -> None:
    vema.set_faults("[bipro.standard.account]\nlocked = true")
    assert broker.log_in().codes == ["00960", "00964"]
    assert member.log_in().text("Identifier")


@pytest.mark.parametrize(
    ("shape", "said"),
    [("nok", (200, "NOK")), ("fault", (500, "NOK")), ("bare", (500, ""))],
)
def test_a_refused_log_in_comes_in_three_shapes(
    vema: VemaSandbox, member: Recipient, shape: str, said: tuple[int, str]
) -> None:
    vema.set_faults(f"[bipro.vema]\nlog_in_refusal = '{shape}'")
    heard = member.log_in(password="guess")
    assert heard.said[:2] == said
    assert not heard.texts("Identifier")


def test_a_refused_log_in_may_be_a_mere_401(vema: VemaSandbox, member: Recipient) -> None:
    vema.set_faults("[bipro.vema]\nlog_in_refusal = 'http'")
    assert member.log_in(password="guess").response.status_code == 401


@pytest.mark.parametrize(
    ("expires", "pattern"),
    [
        ("zulu", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
        ("offset", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+01:00"),
        ("local", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"),
        ("blank", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
        ("absent", ""),
    ],
)
def test_the_end_of_a_token_is_written_in_many_ways(
    vema: VemaSandbox, member: Recipient, expires: str, pattern: str
) -> None:
    vema.set_faults(f"[bipro.vema]\nexpires = '{expires}'")
    assert re.fullmatch(pattern, member.log_in().text("Expires"))


@pytest.mark.parametrize("shape", ["nok", "fault", "bare", "http"])
def test_a_token_that_is_over_opens_nothing(
    vema: VemaSandbox, post: PostSandbox, member: Recipient, shape: str
) -> None:
    vema.set_faults(f"[bipro.vema]\ntoken_refusal = '{shape}'")
    post.expire_tokens()
    heard = member.lists()
    assert heard.response.status_code == {"nok": 200, "http": 401}.get(shape, 500)
    assert shape not in ("nok", "fault") or heard.codes == ["00960", "00962"]
    assert member.log_in().text("Identifier")
    assert member.lists().codes == ["04001"]


def test_a_token_that_nobody_gave_out_is_refused(recipient: Recipient) -> None:
    recipient.token = "bipro:guessed"
    assert recipient.lists().codes == ["00960", "00919"]


def test_a_token_lives_as_long_as_it_is_told_to(vema: VemaSandbox, member: Recipient) -> None:
    vema.set_faults("[bipro.vema]\ntoken_seconds = 0")
    member.log_in()
    assert member.lists().codes == ["00960", "00962"]


def test_who_logs_out_has_no_token_any_more(member: Recipient) -> None:
    body = (
        f'<RequestSecurityToken xmlns="{WST}"><RequestType>{WST}/Cancel</RequestType></RequestSecurityToken>'
    )
    heard = member.asks(member.session(), body, member.reach.log_in_url)
    assert heard.texts("RequestedTokenCancelled") == [""]
    assert member.lists().codes == ["00960", "00919"]


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("", ["00900", "00905"]),
        (f'<w:Security xmlns:w="{WSSE}"/>', ["00900", "00917"]),
        (
            f'<w:Security xmlns:w="{WSSE}"><c:SecurityContextToken xmlns:c="{WSC}"/></w:Security>',
            ["00900", "00917"],
        ),
    ],
)
def test_without_a_token_nothing_is_sent(member: Recipient, header: str, codes: list[str]) -> None:
    body = '<t:listShipments xmlns:t="http://www.bipro.net/namespace/transfer"><t:Request/></t:listShipments>'
    assert member.asks(header, body, member.reach.transfer_url).codes == codes
