"""What the partner says, over real sockets, becomes the outcome that design.md's table names."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from core.errors import CredentialsRefused, PartnerRefused, PartnerUnavailable, Unanswered
from core.outbox.outcome import Looked, Outcome, Presence
from tests.core.partners.conftest import ServerMaker
from tests.core.partners.raw_server import (
    Step,
    answer,
    antwort,
    hang_up,
    say_nothing,
    says,
)
from tests.core.partners.vema.conftest import BODY, NOW, SENT, ConnectionMaker

KEYLESS = {"honours_key": False}
PAGE = b"<!DOCTYPE html><html><body>Wartung</body></html>"


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
