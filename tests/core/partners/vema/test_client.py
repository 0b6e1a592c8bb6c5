"""Every answer and every failure, over real sockets, becomes the outcome that design.md's table names."""

from __future__ import annotations

import base64
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import CredentialsRefused, PartnerRefused, PartnerUnavailable, Unanswered
from core.outbox.outcome import Looked, Outcome, Presence
from core.partners.vema import client as client_module
from tests.core.partners.conftest import Certificates, ServerMaker
from tests.core.partners.raw_server import (
    Caller,
    Step,
    answer,
    antwort,
    at_the_same_time,
    drip,
    hang_up,
    http,
    raw,
    reset,
    reset_later,
    say_nothing,
    says,
)
from tests.core.partners.vema.conftest import BODY, IBAN, MEMBER, NOW, SENT, ConnectionMaker

KEYLESS = {"honours_key": False}
PAGE = b"<!DOCTYPE html><html><body>Wartung</body></html>"


# --- what is said ----------------------------------------------------------------------------------------


def test_an_accepted_customer_is_delivered_with_the_partners_number(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    server = start_server(says(200, "angenommen", vemanummer="V0000017", angelegt="ja"))
    result = connect(server).send(SENT)
    assert (result.outcome, result.reference, result.created) == (Outcome.DELIVERED, "V0000017", True)
    request = server.received[0]
    assert request.line == "POST /extranet/v1/kunden HTTP/1.1"
    assert request.body == BODY
    assert request.headers["idempotency-key"] == SENT.key
    assert request.headers["x-mitgliedsnummer"] == "4711"
    assert (
        request.headers["authorization"]
        == "Basic " + base64.b64encode("makler-4711:Geheim:ä§4711".encode()).decode()
    )


def test_an_update_and_a_duplicate_of_our_own_key_are_delivered_too(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    server = start_server(
        says(200, "angenommen", vemanummer="V1", angelegt="nein"),
        says(200, "bereits-verarbeitet", vemanummer="V2"),
    )
    connection = connect(server)
    updated, again = connection.send(SENT), connection.send(SENT)
    assert (updated.outcome, updated.created) == (Outcome.DELIVERED, False)
    assert (again.outcome, again.reference, again.created) == (Outcome.DELIVERED, "V2", None)


@pytest.mark.parametrize(
    ("step", "outcome", "code"),
    [
        (
            says(422, "abgelehnt", "<Meldung>Die Kundendaten passen nicht.</Meldung>"),
            Outcome.REFUSED_DATA,
            "data",
        ),
        (says(200, "abgelehnt"), Outcome.REFUSED_DATA, "data"),
        (says(403, "abgelehnt"), Outcome.REFUSED_DATA, "data"),
        (says(409, "abgelehnt"), Outcome.REFUSED_DATA, "conflict"),
        (says(401, "anmeldung-abgelehnt"), Outcome.REFUSED_CREDENTIALS, "credentials"),
        (answer(401, PAGE), Outcome.REFUSED_CREDENTIALS, "credentials"),
        (says(403, "zugang-gesperrt"), Outcome.REFUSED_CREDENTIALS, "locked"),
        (answer(403, PAGE), Outcome.PROTOCOL, "protocol"),
        (answer(422, PAGE), Outcome.PROTOCOL, "protocol"),
        (answer(404, PAGE), Outcome.PROTOCOL, "protocol"),
        (says(400, "wer-weiss"), Outcome.PROTOCOL, "protocol"),
        (answer(302, Location="https://anderswo.example/"), Outcome.PROTOCOL, "protocol"),
        (answer(408), Outcome.UNAVAILABLE, "outage"),
        (answer(500, PAGE), Outcome.UNAVAILABLE, "outage"),
        (answer(502, PAGE), Outcome.UNAVAILABLE, "outage"),
        (answer(503, PAGE), Outcome.UNAVAILABLE, "outage"),
        (answer(503, PAGE, Retry_After="gleich"), Outcome.UNAVAILABLE, "outage"),
        (answer(503, Retry_After="7"), Outcome.THROTTLED, "throttle"),
        (answer(429), Outcome.THROTTLED, "throttle"),
        (answer(200, PAGE), Outcome.UNCERTAIN, "protocol"),
        (answer(200), Outcome.UNCERTAIN, "protocol"),
        (answer(204), Outcome.UNCERTAIN, "protocol"),
        (answer(202, b"<Antwort/>"), Outcome.UNCERTAIN, "protocol"),
        (says(200, "vielleicht"), Outcome.UNCERTAIN, "protocol"),
        (answer(200, b'<!DOCTYPE a><Antwort status="angenommen"/>'), Outcome.UNCERTAIN, "protocol"),
        (answer(200, antwort("angenommen"), Content_Encoding="gzip"), Outcome.UNCERTAIN, "protocol"),
    ],
)
def test_an_answer_has_the_outcome_of_the_table(
    start_server: ServerMaker, connect: ConnectionMaker, step: Step, outcome: Outcome, code: str
) -> None:
    result = connect(start_server(step)).send(SENT)
    assert (result.outcome, result.cause_code) == (outcome, code)
    assert result.status is not None
    assert result.reference == ""


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (answer(500), Outcome.UNCERTAIN),
        (answer(504), Outcome.UNCERTAIN),
        (answer(503), Outcome.UNAVAILABLE),
        (answer(503, Retry_After="7"), Outcome.THROTTLED),
    ],
)
def test_where_the_key_is_not_honoured_a_server_error_leaves_it_open(
    start_server: ServerMaker, connect: ConnectionMaker, step: Step, outcome: Outcome
) -> None:
    assert connect(start_server(step), KEYLESS).send(SENT).outcome is outcome


def test_a_refusal_repeats_the_partners_one_sentence_without_control_characters(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    sentence = "Nicht übernommen\u202e.&#x9b;31m"
    result = connect(start_server(says(422, "abgelehnt", f"<Meldung>{sentence}</Meldung>"))).send(SENT)
    assert str(result.cause) == "VEMA refuses the record: Nicht übernommen\ufffd.\ufffd31m"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "120"}, 120),
        ({"Retry_After": "0"}, 1),
        ({"Retry_After": "99999999"}, 86_400),
        ({"Retry_After": "bald"}, 30),
        ({}, 30),
        # Their clock is an hour ahead of ours: only the difference between their two times counts.
        ({"Retry_After": "Mon, 23 Nov 2026 10:02:00 GMT", "Date": "Mon, 23 Nov 2026 10:00:00 GMT"}, 120),
        ({"Retry_After": "Mon, 23 Nov 2026 09:05:00 GMT"}, 300),
        ({"Retry_After": "Mon, 23 Nov 2020 09:05:00 GMT"}, 1),
    ],
)
def test_the_time_that_the_partner_names_is_honoured_within_a_second_and_a_day(
    start_server: ServerMaker, connect: ConnectionMaker, headers: dict[str, str], seconds: int
) -> None:
    result = connect(start_server(answer(429, b"", **headers))).send(SENT)
    assert result.outcome is Outcome.THROTTLED
    assert result.retry_at == NOW + timedelta(seconds=seconds)


# --- what breaks -----------------------------------------------------------------------------------------


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


# --- connections -----------------------------------------------------------------------------------------


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


# --- what is recorded ------------------------------------------------------------------------------------


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


def test_credentials_do_not_show_in_a_connections_representation(connect: ConnectionMaker) -> None:
    assert "Geheim" not in repr(connect("https://127.0.0.1:1")) + repr(MEMBER)


# --- accounts that nothing can be sent with --------------------------------------------------------------


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


# --- errors of our own -----------------------------------------------------------------------------------


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


# --- look-ups and log-in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "looked"),
    [
        (says(200, "angenommen", vemanummer="V9"), Looked(Presence.FOUND, "V9")),
        (says(200, "abgelehnt"), Looked(Presence.REFUSED)),
        (says(404, "unbekannt"), Looked(Presence.ABSENT)),
    ],
)
def test_what_became_of_a_key_can_be_asked(
    start_server: ServerMaker, connect: ConnectionMaker, step: Step, looked: Looked
) -> None:
    server = start_server(step)
    assert connect(server).look_up_key("a/b c") == looked
    assert server.received[0].line == "GET /extranet/v1/uebergaben/a%2Fb%20c HTTP/1.1"


@pytest.mark.parametrize(
    ("step", "looked"),
    [
        (says(200, "bekannt", vemanummer="V9"), Looked(Presence.FOUND, "V9")),
        (says(404, "unbekannt"), Looked(Presence.ABSENT)),
    ],
)
def test_whether_a_number_is_known_can_be_asked(
    start_server: ServerMaker, connect: ConnectionMaker, step: Step, looked: Looked
) -> None:
    server = start_server(step)
    assert connect(server).look_up_subject("customer", "K-17 &ü") == looked
    assert server.received[0].line == "GET /extranet/v1/kunden?kundennummer=K-17%20%26%C3%BC HTTP/1.1"


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (answer(404, PAGE), Unanswered),  # a wrong address is no proof that a key is unknown
        (answer(200, PAGE), Unanswered),
        (says(200, "unbekannt"), Unanswered),
        (says(401, "anmeldung-abgelehnt"), CredentialsRefused),
        (says(403, "zugang-gesperrt"), CredentialsRefused),
        (says(403, "abgelehnt"), PartnerRefused),
        (answer(500), PartnerUnavailable),
        (answer(503), PartnerUnavailable),
        (hang_up, PartnerUnavailable),
        (say_nothing, PartnerUnavailable),
    ],
)
def test_a_look_up_that_fails_never_says_absent(
    start_server: ServerMaker, connect: ConnectionMaker, step: Step, error: type[Exception]
) -> None:
    connection = connect(start_server(step))
    with pytest.raises(error):
        connection.look_up_key(SENT.key)


def test_a_throttled_look_up_says_for_how_long(start_server: ServerMaker, connect: ConnectionMaker) -> None:
    connection = connect(start_server(answer(429, Retry_After="17")))
    with pytest.raises(PartnerUnavailable) as raised:
        connection.look_up_subject("customer", "K-17")
    assert raised.value.retry_after == 17


def test_a_log_in_is_tried_once(start_server: ServerMaker, connect: ConnectionMaker) -> None:
    server = start_server(says(200, "ok"), says(401, "anmeldung-abgelehnt"))
    connection = connect(server)
    connection.test_login()
    with pytest.raises(CredentialsRefused) as raised:
        connection.test_login()
    assert str(raised.value) == "VEMA does not accept name or password of the account vema."
    assert [request.line for request in server.received] == ["GET /extranet/v1/anmeldung HTTP/1.1"] * 2


def test_another_kind_than_customers_cannot_be_asked_about(
    start_server: ServerMaker, connect: ConnectionMaker
) -> None:
    server = start_server(says(200, "bekannt"))
    assert connect(server).look_up_subject("case", "A-1") == Looked(Presence.CANNOT_ASK)
    assert server.connections == 0
