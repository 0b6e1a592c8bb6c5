"""Connections, accounts, and what is recorded of an attempt."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from core.errors import CredentialsRefused
from core.outbox.outcome import Outcome
from tests.core.partners.conftest import ServerMaker
from tests.core.partners.raw_server import (
    answer,
    antwort,
    at_the_same_time,
    reset_later,
    say_nothing,
    says,
)
from tests.core.partners.vema.conftest import IBAN, MEMBER, SENT, ConnectionMaker


def test_one_connection_serves_many_transfers(start_server: ServerMaker, connect: ConnectionMaker) -> None:
    server = start_server(says(200, "angenommen"))
    connection = connect(server)
    for _count in range(5):
        assert connection.send(SENT).outcome is Outcome.DELIVERED
    assert server.connections == 1


def test_a_kept_connection_that_the_server_closed_meanwhile_is_replaced(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    server = start_server(says(200, "angenommen"))
    connection = connect(server)
    assert connection.send(SENT).outcome is Outcome.DELIVERED
    server.hang_up_all()
    assert connection.send(SENT).outcome is Outcome.DELIVERED
    assert server.connections == 2


def test_a_head_that_could_not_be_written_leaves_nothing_uncertain(
    start_server: ServerMaker, connect: ConnectionMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race in which the server closes between our look at the connection and our first byte."""
    now = threading.Event()
    server = start_server(reset_later(says(200, "angenommen"), now), says(200, "angenommen"))
    connection = connect(server)
    assert connection.send(SENT).outcome is Outcome.DELIVERED
    now.set()
    server.wait_for_the_end_of_all()
    monkeypatch.setattr("httpcore._backends.sync.is_socket_readable", lambda _socket: False)
    result = connection.send(SENT)
    assert (result.outcome, result.cause_code) == (Outcome.UNAVAILABLE, "connect")
    assert connection.send(SENT).outcome is Outcome.DELIVERED
    assert len(server.received) == 2


def test_no_more_connections_than_senders_are_open_and_the_others_wait(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    server = start_server(at_the_same_time(4, says(200, "angenommen", vemanummer="V1")))
    connection = connect(server, read=5.0, total=10.0, connect=5.0)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _count: connection.send(SENT), range(40)))
    assert {result.outcome for result in results} == {Outcome.DELIVERED}
    assert server.connections == 4


def test_without_a_free_connection_nothing_is_sent(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    server = start_server(say_nothing)
    connection = connect(server, {"endpoint": {"senders": 1}}, connect=0.2, read=0.8, total=1.0)
    with ThreadPoolExecutor(2) as pool:
        outcomes = {result.cause_code for result in pool.map(lambda _count: connection.send(SENT), range(2))}
    assert outcomes == {"timeout", "busy"}
    assert len(server.received) == 1


def test_threads_do_not_share_deadlines_or_what_was_sent(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    """One thread's request hangs while others succeed: none takes the other's fate."""
    server = start_server(say_nothing, says(200, "angenommen"))
    connection = connect(server, read=1.0, total=1.0)
    first: list[Outcome] = []
    hanging = threading.Thread(target=lambda: first.append(connection.send(SENT).outcome))
    hanging.start()
    while not server.received:
        assert hanging.is_alive()
    others = [connection.send(SENT).outcome for _count in range(20)]
    hanging.join()
    assert set(others) == {Outcome.DELIVERED}
    assert first == [Outcome.UNCERTAIN]


def test_cookies_are_not_kept(start_server: ServerMaker, connect: ConnectionMaker) -> None:
    server = start_server(answer(200, antwort("angenommen"), Set_Cookie="sitzung=abc; Path=/"))
    connection = connect(server)
    connection.send(SENT)
    connection.send(SENT)
    assert "cookie" not in server.received[1].headers


def test_neither_password_nor_whole_iban_is_recorded_even_where_the_partner_repeats_them(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    token = base64.b64encode("makler-4711:Geheim:ä§4711".encode()).decode()
    spoken = f"<Meldung>{IBAN} DE02 1203 0000 0000 2020 51 Geheim:ä§4711 {token}</Meldung>"
    result = connect(start_server(says(422, "abgelehnt", spoken))).send(SENT)
    everything = repr(result) + str(result.cause)
    assert result.outcome is Outcome.REFUSED_DATA
    assert "DE…2051" in result.request
    assert "DE…2051" in result.answer
    for secret in (IBAN, "0000 2020", "Geheim", token):
        assert secret not in everything


def test_the_record_shows_what_was_sent_and_what_came(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    result = connect(start_server(says(422, "abgelehnt", "<Meldung>Nein.</Meldung>"))).send(SENT)
    assert result.request.startswith("POST /extranet/v1/kunden\n")
    assert f"Idempotency-Key: {SENT.key}\n" in result.request
    assert "Authorization: […]" in result.request
    assert "<Nachname>Weiß</Nachname>" in result.request
    assert result.answer.startswith("HTTP 422\ncontent-type: application/xml\n")
    assert result.answer.endswith("<Meldung>Nein.</Meldung></Antwort>")


def test_hidden_characters_are_kept_visible_because_they_may_be_the_reason(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    body = f"<Ort>Bonn\u00a0</Ort><Name>\u202eWeiß\u009b</Name><IBAN>DE02\u00a0{IBAN[4:]}</IBAN>".encode()
    result = connect(start_server(answer(200, b"\xc2\x9b2J\xff"))).send(replace(SENT, body=body))
    assert "Bonn‹U+00A0›" in result.request
    assert "‹U+202E›Weiß‹U+009B›" in result.request
    assert "<IBAN>DE…2051</IBAN>" in result.request
    assert result.answer.endswith("‹U+009B›2J\ufffd")


def test_credentials_do_not_show_in_a_connections_representation(connect: ConnectionMaker) -> None:
    assert "Geheim" not in repr(connect("https://127.0.0.1:1")) + repr(MEMBER)


@pytest.mark.parametrize(
    ("credentials", "field"),
    [
        (replace(MEMBER, password=""), "password"),
        (replace(MEMBER, user=""), "user name"),
        (replace(MEMBER, user="name:mit"), "user name"),
        (replace(MEMBER, extra={}), "member number"),
        (replace(MEMBER, extra={"member_number": "47\r\nX-Fremd: 1"}), "member number"),
        (replace(MEMBER, extra={"member_number": "47ü1"}), "member number"),
    ],
)
def test_an_unusable_account_is_refused_here_so_that_it_is_not_locked_there(
    start_server: ServerMaker, connect: ConnectionMaker, credentials: object, field: str
) -> None:
    server = start_server(says(200, "ok"))
    connection = connect(server, None, credentials)
    result = connection.send(SENT)
    assert result.outcome is Outcome.REFUSED_CREDENTIALS
    assert str(result.cause) == f"The account vema has no usable {field}."
    with pytest.raises(CredentialsRefused):
        connection.test_login()
    assert server.connections == 0


def test_an_account_may_be_shown_in_headers_of_the_partners_own(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    server = start_server(says(200, "angenommen"))
    own = {"scheme": "headers", "headers": {"X-Schluessel": "{user}/{password}"}}
    result = connect(
        server, {"endpoint": {"authentication": own}}, replace(MEMBER, password="Geheim4711")
    ).send(SENT)
    assert server.received[0].headers["x-schluessel"] == "makler-4711/Geheim4711"
    assert "authorization" not in server.received[0].headers
    assert "X-Schluessel: […]" in result.request
    assert "Geheim" not in result.request
