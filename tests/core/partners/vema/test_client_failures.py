"""Everything that can break, over real sockets, becomes the outcome that design.md's table names."""

from __future__ import annotations

import socket
import time
from dataclasses import replace

import pytest

from core.outbox.outcome import Outcome
from core.partners.vema import client as client_module
from tests.core.partners.conftest import Certificates, ServerMaker
from tests.core.partners.raw_server import (
    Caller,
    Step,
    antwort,
    drip,
    hang_up,
    http,
    raw,
    reset,
    say_nothing,
    says,
)
from tests.core.partners.vema.conftest import BODY, SENT, ConnectionMaker

KEYLESS = {"honours_key": False}


def test_nobody_listening_means_that_nothing_was_sent(connect: ConnectionMaker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = connect(f"https://127.0.0.1:{port}").send(SENT)
    assert (result.outcome, result.cause_code, result.retryable) == (Outcome.UNAVAILABLE, "connect", True)
    assert str(result.cause) == "VEMA was not reached: Connection refused."


def test_a_name_that_nobody_knows_means_that_nothing_was_sent(connect: ConnectionMaker) -> None:
    result = connect("https://niemand.invalid").send(SENT)
    assert (result.outcome, result.cause_code) == (Outcome.UNAVAILABLE, "connect")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("other_host", "it belongs to another host"),
        ("expired", "it has expired"),
        ("unknown_issuer", "nobody trusted has issued it"),
    ],
)
def test_a_certificate_that_does_not_verify_is_not_cured_by_waiting(
    start_server: ServerMaker, connect: ConnectionMaker, certificates: Certificates, kind: str, reason: str
) -> None:
    server = start_server(says(200, "angenommen"), context=getattr(certificates, kind))
    result = connect(server).send(SENT)
    assert (result.outcome, result.retryable, result.cause_code) == (Outcome.UNAVAILABLE, False, "tls")
    assert str(result.cause) == f"The certificate of VEMA is not accepted: {reason}."
    assert server.received == []


def test_a_missing_authority_file_is_named_and_nothing_is_sent(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    server = start_server(says(200, "angenommen"))
    result = connect(server, {"endpoint": {"ca_file": "fehlt.pem"}}).send(SENT)
    assert (result.outcome, result.retryable, result.cause_code) == (Outcome.UNAVAILABLE, False, "tls")
    assert "fehlt.pem" in str(result.cause)
    assert server.connections == 0


@pytest.mark.parametrize(
    "before_tls",
    [hang_up, reset, raw(b"SSH-2.0-OpenSSH_9.2\r\n"), raw(http(200, antwort("angenommen"))), say_nothing],
)
def test_what_fails_before_or_within_the_handshake_was_not_sent(
    start_server: ServerMaker, connect: ConnectionMaker, before_tls: Step
) -> None:
    server = start_server(says(200, "angenommen"), before_tls=before_tls)
    result = connect(server, connect=0.2).send(SENT)
    assert (result.outcome, result.retryable) == (Outcome.UNAVAILABLE, True)
    assert server.received == []


@pytest.mark.parametrize("honoured", [{}, KEYLESS])
@pytest.mark.parametrize(
    ("step", "code"),
    [
        (hang_up, "cut"),
        (reset, "cut"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "cut"),
        (say_nothing, "timeout"),
        (raw(b"\x15\x03\x01\x00\x02\x02\x28 das ist kein HTTP\r\n\r\n"), "protocol"),
        (raw(b"HTTP/1.1 302 Found\r\nLocation: https://[:::\r\nContent-Length: 0\r\n\r\n"), "protocol"),
    ],
)
def test_what_breaks_after_sending_is_uncertain_even_where_the_key_is_honoured(
    start_server: ServerMaker, connect: ConnectionMaker, step: Step, code: str, honoured: dict[str, bool]
) -> None:
    server = start_server(step)
    result = connect(server, honoured).send(SENT)
    assert (result.outcome, result.cause_code, result.status) == (Outcome.UNCERTAIN, code, None)
    assert server.received[0].body == BODY


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.UNCERTAIN),
        (422, Outcome.PROTOCOL),
        (500, Outcome.UNAVAILABLE),
        (401, Outcome.REFUSED_CREDENTIALS),
    ],
)
def test_an_answer_cut_in_its_body_is_judged_by_its_status(
    start_server: ServerMaker, connect: ConnectionMaker, status: int, outcome: Outcome
) -> None:
    body = antwort("angenommen")
    result = connect(start_server(raw(http(status, body, length=len(body) + 1)))).send(SENT)
    assert (result.outcome, result.status) == (outcome, status)


@pytest.mark.parametrize("at_once", [0, 12, 45])
def test_an_answer_that_drips_ends_at_the_deadline(
    start_server: ServerMaker, connect: ConnectionMaker, at_once: int
) -> None:
    slow = drip(http(200, antwort("angenommen")), at_once=at_once, every=0.05)
    began = time.monotonic()
    result = connect(start_server(slow)).send(SENT)
    assert result.outcome is Outcome.UNCERTAIN
    assert 0.5 < time.monotonic() - began < 2


def test_a_refusal_whose_body_drips_is_no_refusal(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    slow = drip(http(422, antwort("abgelehnt")), at_once=60, every=0.05)
    result = connect(start_server(slow)).send(SENT)
    assert (result.outcome, result.status) == (Outcome.PROTOCOL, 422)
    assert "did not end in time" in str(result.cause)


def test_a_huge_answer_is_read_no_further_than_its_limit(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    written = 0

    def flood(caller: Caller) -> bool:
        nonlocal written
        caller.say(http(200, b'<Antwort status="angenommen">', length=200_000_000))
        while not caller.stopped.is_set():
            caller.say(b" " * 65_536)
            written += 65_536
        return False

    server = start_server(flood)
    result = connect(server, read=5, total=10).send(SENT)
    assert (result.outcome, result.status) == (Outcome.UNCERTAIN, 200)
    assert "too large" in str(result.cause)
    assert len(result.answer) <= 4096
    server.stop()
    assert written < 50_000_000


def test_an_endless_head_is_given_up(start_server: ServerMaker, connect: ConnectionMaker) -> None:
    endless = raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 300_000)
    result = connect(start_server(endless)).send(SENT)
    assert result.outcome is Outcome.UNCERTAIN


def test_an_error_of_our_own_before_sending_is_a_result(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    server = start_server(says(200, "angenommen"))
    result = connect(server).send(replace(SENT, key="zwei\nZeilen"))
    assert (result.outcome, result.cause_code) == (Outcome.PROTOCOL, "bug")
    assert "LocalProtocolError" in str(result.cause)
    assert server.received == []


def test_an_error_of_our_own_after_sending_leaves_it_uncertain(
    start_server: ServerMaker, connect: ConnectionMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(client_module, "read_answer", broken)
    result = connect(start_server(says(200, "angenommen"))).send(SENT)
    assert (result.outcome, result.cause_code, result.status) == (Outcome.UNCERTAIN, "bug", 200)
    assert "ZeroDivisionError" in str(result.cause)


def test_a_closed_connection_still_answers_with_a_result(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    connection = connect(start_server(says(200, "angenommen")))
    connection.close()
    assert connection.send(SENT).outcome is Outcome.PROTOCOL
