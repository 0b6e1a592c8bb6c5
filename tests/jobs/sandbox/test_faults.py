"""What goes wrong on purpose, seen from the other end of a real connection."""

from __future__ import annotations

import os
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
import pytest

from jobs.sandbox.client import VemaSandbox
from tests.jobs.sandbox.member import VAGUE, Member, body, said


def fault(*lines: str) -> str:
    return "\n".join(["[[vema.fault]]", *lines])


@pytest.mark.parametrize(("moment", "arrived"), [("before", 0), ("during", 1), ("after", 1)])
def test_a_connection_is_cut(vema: VemaSandbox, member: Member, moment: str, arrived: int) -> None:
    vema.set_faults(fault(f'cut = "{moment}"'))
    with pytest.raises(httpx.RemoteProtocolError):
        member.hands_over("K-17")
    assert len(vema.received("K-17")) == arrived


@pytest.mark.parametrize(("reset", "seen"), [("true", "reset"), ("false", "end")])
def test_a_cut_is_a_cut_of_tcp(vema: VemaSandbox, reset: str, seen: str) -> None:
    vema.set_faults(fault('cut = "before"', f"reset = {reset}", 'on = "any"'))
    assert _how_it_ends(vema) == seen


def _how_it_ends(vema: VemaSandbox) -> str:
    """Asks over TLS, then listens on the bare socket below it."""
    address = urlsplit(vema.base_url)
    trust = ssl.create_default_context(cafile=vema.ca_file)
    with socket.create_connection((address.hostname, address.port)) as plain:
        below = socket.socket(fileno=os.dup(plain.fileno()))
        with below, trust.wrap_socket(plain, server_hostname=address.hostname) as secured:
            secured.settimeout(0.2)
            with pytest.raises(TimeoutError):
                secured.recv(1)  # what TLS 1.3 sends after the handshake
            below.settimeout(20)
            secured.sendall(f"GET {address.path}/anmeldung HTTP/1.1\r\nHost: vema\r\n\r\n".encode())
            try:
                return "answer" if below.recv(1) else "end"
            except ConnectionResetError:
                return "reset"


@pytest.mark.parametrize(("moment", "arrived"), [("before", 0), ("after", 1)])
def test_a_request_is_never_answered(vema: VemaSandbox, member: Member, moment: str, arrived: int) -> None:
    vema.set_faults(fault(f'never = "{moment}"'))
    member.connection.timeout = httpx.Timeout(0.2)
    with pytest.raises(httpx.ReadTimeout):
        member.hands_over("K-17")
    member.connection.timeout = httpx.Timeout(20)
    assert len(vema.received("K-17")) == arrived


def test_a_delayed_request_is_processed_although_nobody_waits(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(fault("latency = [0.2, 0.3]"))
    member.connection.timeout = httpx.Timeout(0.05)
    with pytest.raises(httpx.ReadTimeout):
        member.hands_over("K-17")
    member.connection.timeout = httpx.Timeout(20)
    vema.set_faults("")
    while not vema.received("K-17"):
        member.log_in()
    assert len(vema.book) == 1


def test_an_error_status_comes_from_what_stands_before_the_extranet(
    vema: VemaSandbox, member: Member
) -> None:
    vema.set_faults(fault("status = 502"))
    response = member.sends(b"whatever")
    assert (response.status_code, response.headers["content-type"]) == (502, "text/html")
    assert vema.received() == []


def test_an_error_can_hide_that_everything_went_well(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(fault("status = 500", "processed = true", "first = 1"))
    content = body("K-17", "", "P", {})
    assert member.sends(content, key="a").status_code == 500
    assert said(member.sends(content, key="a")).status == "bereits-verarbeitet"


def test_too_many_requests_say_when_to_come_again(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(fault("status = 429", "retry_after = 30"))
    assert member.sends(b"").headers["retry-after"] == "30"
    vema.set_faults(fault("status = 503", "retry_after = 30", "retry_as_date = true"))
    again = parsedate_to_datetime(member.sends(b"").headers["retry-after"])
    assert timedelta(seconds=20) < again - datetime.now(UTC) < timedelta(seconds=40)


def test_maintenance_closes_everything(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults("[vema]\nmaintenance = true\nretry_after = 600")
    response = member.connection.get("/anmeldung")
    assert (response.status_code, response.headers["retry-after"]) == (503, "600")


@pytest.mark.parametrize(
    ("garbage", "content_type", "start"),
    [
        ("html", "text/html", b"<!DOCTYPE html>"),
        ("half", "application/xml", b"<Antwort"),
        ("empty", "application/xml", b""),
        ("text", "text/plain", b"\x1b]0;"),
        ("doctype", "application/xml", b"<!DOCTYPE Antwort"),
    ],
)
def test_an_answer_is_garbage(
    vema: VemaSandbox, member: Member, garbage: str, content_type: str, start: bytes
) -> None:
    vema.set_faults(fault(f'garbage = "{garbage}"'))
    response = member.sends(b"")
    assert (response.status_code, response.headers["content-type"]) == (200, f"{content_type}; charset=utf-8")
    assert response.content.startswith(start)


def test_garbage_may_come_without_anything_being_processed(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(fault('garbage = "html"', "processed = false"))
    member.sends(b"")
    assert vema.received() == []


def test_an_answer_is_huge(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(fault('garbage = "huge"', "size = 1_000_000"))
    assert len(member.sends(b"").content) == 1_000_000


def test_a_message_is_full_of_control_characters(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(fault('garbage = "escapes"'))
    answer = member.hands_over("K-17")
    assert (answer.code, answer.status) == (422, "abgelehnt")
    assert not (answer.message or "").isprintable()


def test_an_answer_drips(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(fault("drip = 0.0001"))
    assert member.hands_over("K-17").status == "angenommen"


def test_a_condition_chooses_who_is_refused(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'plz:010* AND firma:len>5 AND NOT ort:\"Bad Elster\"'")
    answers = [
        member.hands_over_company("F-1", Firma="Elbwerk"),
        member.hands_over_company("F-2", Firma="Elb"),
        member.hands_over_company("F-3", Firma="Elbwerk", Ort="Bad Elster"),
    ]
    assert [answer.code for answer in answers] == [422, 200, 200]
    assert answers[0].message == VAGUE


@pytest.mark.parametrize(
    "condition",
    [
        "kundenart:privat",
        "kind:P",
        "born:<01.01.1980",
        "name:wei*",
        "iban:missing",
        "nummer:K-17",
        "city:dresden",
    ],
)
def test_conditions_know_german_and_english_names(vema: VemaSandbox, member: Member, condition: str) -> None:
    vema.set_faults(f"[[vema.refuse]]\nwhen = '{condition}'")
    assert member.hands_over("K-17").code == 422


def test_a_condition_chooses_who_is_struck(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(fault("status = 500", 'when = "ort:leipzig"'))
    contents = (body("K-17", "", "P", {"Ort": town}) for town in ("Dresden", "Leipzig"))
    assert [member.sends(content).status_code for content in (b"no xml", *contents)] == [422, 200, 500]


def test_a_regular_expression_without_end_strikes_nobody(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults("[[vema.refuse]]\nwhen = 'strasse:~\"(a+)+b\"'")
    assert member.hands_over("K-17", Strasse="a" * 60).code == 200


@pytest.mark.parametrize(
    ("chosen", "struck"),
    [
        ("every = 3", [3, 6, 9]),
        ("first = 2", [1, 2]),
        ("after = 7", [8, 9, 10]),
        ("after = 2\nevery = 2\nfirst = 2", [4, 6]),
        ("rate = 0.0", []),
    ],
)
def test_faults_are_counted(vema: VemaSandbox, member: Member, chosen: str, struck: list[int]) -> None:
    vema.set_faults(fault("status = 500", chosen))
    codes = [member.sends(b"").status_code for _time in range(10)]
    assert [turn for turn, code in enumerate(codes, 1) if code == 500] == struck


def test_chance_is_the_same_every_time(vema: VemaSandbox, member: Member) -> None:
    def run(seed: int) -> list[int]:
        vema.set_faults(f"vema.seed = {seed}\n" + fault("status = 500", "rate = 0.5"))
        return [member.sends(b"").status_code for _time in range(40)]

    first, again, other = run(1), run(1), run(2)
    assert first == again != other
    assert 5 < first.count(500) < 35


def test_only_what_is_named_is_struck(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(fault("status = 500", 'on = ["key", "number"]'))
    assert [member.log_in().code, member.hands_over("K-17").code] == [200, 200]
    for question in ("/uebergaben/a", "/kunden"):
        assert member.connection.get(question).status_code == 500


def test_a_later_fault_counts_what_an_earlier_one_struck(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(fault("status = 500", "first = 2") + "\n" + fault("status = 502", "first = 3"))
    assert [member.sends(b"").status_code for _time in range(4)] == [500, 500, 502, 422]
