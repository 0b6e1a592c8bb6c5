"""What answers mean, in each of their three shapes; tokens; lists; and what requests look like."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import UnreadableInput
from core.outbox.outcome import Credentials
from core.partners.bipro.message import open_short
from core.partners.bipro.profile import SHIPPED, Confirmed, read_profile
from core.partners.bipro.soap import Meaning, Status, status_of
from core.partners.bipro.sts import read_token, token_request
from core.partners.bipro.transfer import (
    acknowledge_request,
    describe,
    get_request,
    list_request,
    offered_in,
    read_day,
    shipment_in,
)
from core.partners.xml import Unreadable

VEMA, INSURER = read_profile(SHIPPED["vema"]), read_profile(SHIPPED["insurer"])
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WHO = Credentials("vema", "müller&co", "geheim<>\"'&", 1)


def said(body: str) -> Status:
    raw = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{body}</s:Body></s:Envelope>'
    return status_of(open_short(raw.encode(), "text/xml", 100_000).body)


def block(state: str, *codes: str, text: str = "") -> str:
    notes = "".join(
        f"<n:Meldung><n:ArtID>Fehler</n:ArtID><n:MeldungID>{code}</n:MeldungID>"
        f"<n:Text>{text}</n:Text></n:Meldung>"
        for code in codes
    )
    stated = f"<n:StatusID>{state}</n:StatusID>" if state else ""
    return f'<n:Status xmlns:n="http://www.bipro.net/namespace/nachrichten">{stated}{notes}</n:Status>'


@pytest.mark.parametrize(
    ("state", "codes", "meaning"),
    [
        ("OK", ["04000"], Meaning.OK),
        ("OK", ["00010"], Meaning.OK),
        ("OK", ["04001"], Meaning.NOTHING),
        ("NOK", ["04001"], Meaning.NOTHING),
        ("NOK", ["00960", "00961"], Meaning.CREDENTIALS),
        ("NOK", ["00960", "00965"], Meaning.CREDENTIALS),
        ("NOK", ["00960", "00962"], Meaning.SESSION),
        ("NOK", ["00900", "00919"], Meaning.SESSION),
        ("NOK", ["04003"], Meaning.GONE),
        ("NOK", ["04006"], Meaning.GONE),
        ("NOK", ["04004"], Meaning.CANNOT_ACKNOWLEDGE),
        ("NOK", ["00009"], Meaning.NOT_SUPPORTED),
        ("NOK", ["00940"], Meaning.LATER),
        ("NOK", ["00007"], Meaning.REFUSED),
        ("NOK", [], Meaning.REFUSED),
    ],
)
def test_a_code_means_the_same_in_a_status_and_in_a_fault(
    state: str, codes: list[str], meaning: Meaning
) -> None:
    status = block(state, *codes)
    assert said(f"<r><Response>{status}</Response></r>").meaning is meaning
    if state == "NOK":
        fault = f"<s:Fault><detail><BiproException>{status}</BiproException></detail></s:Fault>"
        assert said(fault).meaning is meaning


def test_a_bare_fault_says_its_sentence() -> None:
    found = said("<s:Fault><faultcode>x</faultcode><faultstring> Wartung\x85 </faultstring></s:Fault>")
    assert (found.meaning, found.is_fault, found.told) == (Meaning.REFUSED, True, "Wartung")


def test_what_a_partner_says_is_shown_once_without_control_characters() -> None:
    status = block("NOK", "00001", "00002", text="PLZ\u202e fehlt")
    found = said(f"<r><Response>{status}</Response></r>")
    assert found.told == "PLZ\ufffd fehlt"


def test_what_says_nothing_of_its_status_is_unreadable() -> None:
    for body in ("<r/>", "<r><Response/></r>", f"<r><Response>{block('')}</Response></r>"):
        with pytest.raises(Unreadable):
            said(body)
    for raw in (b"<html/>", b"<Envelope/>", b"<Envelope><Body/></Envelope>"):
        with pytest.raises(Unreadable):
            open_short(raw, "text/xml", 1000)


# --- tokens


def token(expires: str) -> datetime:
    life = f"<Lifetime><Expires>{expires}</Expires></Lifetime>" if expires != "absent" else ""
    raw = f"<Envelope><Body><r><Identifier> bipro:1 </Identifier>{life}</r></Body></Envelope>"
    found = read_token(VEMA, open_short(raw.encode(), "text/xml", 1000).body, NOW)
    assert found.identifier == "bipro:1"
    assert "bipro" not in repr(found)
    return found.ends_at


@pytest.mark.parametrize(
    ("expires", "minutes"),
    [
        ("2026-11-23T09:30:00Z", 30),
        ("2026-11-23T09:30:00.123Z", 30),
        ("2026-11-23T10:30:00+01:00", 30),
        ("2026-11-23 10:30:00+0100", 30),
        ("2026-11-23T09:30:00", 10),
        ("2026-11-23 09:30:00", 10),
        ("morgen", 10),
        ("2026-13-40T25:00:00Z", 10),
        ("", 10),
        ("absent", 10),
    ],
)
def test_an_end_counts_only_with_a_time_zone(expires: str, minutes: int) -> None:
    assert token(expires) == NOW + timedelta(minutes=minutes)


def test_an_answer_without_a_token_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read_token(VEMA, open_short(b"<Envelope><Body><r/></Body></Envelope>", "", 1000).body, NOW)


# --- requests


def test_vema_and_a_standard_insurer_are_asked_for_a_token_differently() -> None:
    vema, insurer = token_request(VEMA, WHO).decode(), token_request(INSURER, WHO).decode()
    assert "addressing/" in vema
    assert '<RequestSecurityToken xmlns="http://schemas.xmlsoap.org/ws/2005/02/trust">' in vema
    assert "BiPROVersion" not in vema
    assert "addressing" not in insurer
    assert "<wst:RequestSecurityToken" in insurer
    assert ">2.6.1.1.0</nac:BiPROVersion>" in insurer
    for request in (vema, insurer):
        assert "müller&amp;co" in request
        assert "geheim&lt;&gt;\"'&amp;" in request


def test_a_list_is_asked_for_as_the_profile_has_it() -> None:
    assert "Bestaetige" not in list_request(VEMA, "t").decode()
    assert ">000_00000</nac:ConsumerID>" in list_request(VEMA, "t").decode()
    insurer = list_request(INSURER, "t", "140").decode()
    assert insurer.index("BiPROVersion") < insurer.index("KategorieDerLieferung>140<")
    assert insurer.index("KategorieDerLieferung") < insurer.index("BestaetigeLieferungen>true<")
    assert "ConsumerID" not in insurer
    no = replace(INSURER, confirmed=Confirmed.NO)
    assert "BestaetigeLieferungen>false<" in list_request(no, "t").decode()


def test_numbers_of_shipments_are_escaped() -> None:
    for compose in (get_request, acknowledge_request):
        assert "ID>A&amp;&lt;1<" in compose(VEMA, "t", "A&<1").decode()


# --- lists and shipments


def response(inner: str) -> bytes:
    transfer = "http://www.bipro.net/namespace/transfer"
    return (
        f'<Envelope><Body><r xmlns="{transfer}"><Response>{inner}</Response></r></Body></Envelope>'.encode()
    )


def test_a_list_is_read_in_any_order_and_the_number_is_the_shipments_own() -> None:
    inner = (
        "<Lieferung><Partner><ID>falsch</ID></Partner><VerfuegbarBis>2026-12-24</VerfuegbarBis>"
        "<Kategorie>140012025</Kategorie><ID> L-1 </ID></Lieferung><Lieferung><ID/></Lieferung>"
    )
    [one] = offered_in(open_short(response(inner), "", 10_000).body)
    assert (one.number, one.category, one.available_until) == ("L-1", "140012025", date(2026, 12, 24))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-24", date(2026, 12, 24)),
        ("2026-12-24T00:00:00+01:00", date(2026, 12, 24)),
        ("24.12.2026", date(2026, 12, 24)),
        ("2026-13-24", None),
        ("bald", None),
        ("", None),
    ],
)
def test_a_day_is_read_whatever_stands_behind_it(text: str, day: date | None) -> None:
    assert read_day(text) == day


def test_what_is_said_nearest_to_a_file_counts() -> None:
    inner = (
        "<Lieferung><ID>L</ID><Unternehmensnummer>1</Unternehmensnummer><Transfer>"
        "<Versicherungsscheinnummer>V-1</Versicherungsscheinnummer><Nachname>Weiß</Nachname>"
        "<Datei><Dateiname>a.pdf</Dateiname></Datei>"
        "<Datei><Dateiname>b.pdf</Dateiname><Versicherungsscheinnummer>V-2</Versicherungsscheinnummer></Datei>"
        "</Transfer><Transfer><Datei><Dateiname>c.pdf</Dateiname></Datei></Transfer></Lieferung>"
    )
    _offered, blocks, whole = describe(shipment_in(open_short(response(inner), "", 10_000).body))
    assert [(one.file_name, one.contract_number, one.names, one.sender) for one in blocks] == [
        ("a.pdf", "V-1", ("Weiß",), "1"),
        ("b.pdf", "V-2", ("Weiß",), "1"),
        ("c.pdf", "", (), "1"),
    ]
    assert (whole.contract_number, whole.position) == ("V-1", 0)


# --- profiles


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", "2.6"),
        ("consumer_id", "x" * 51),
        ("categories", ["14"]),
        ("token_minutes", 0),
        ("acknowledge", "vielleicht"),
        ("login_style", "odd"),
        ("transfer", {"url": "http://insurer.example/x"}),
        ("unknown", 1),
    ],
)
def test_a_value_that_cannot_work_is_named(key: str, value: object) -> None:
    with pytest.raises(UnreadableInput, match=key):
        read_profile(SHIPPED["insurer"], {key: value})


def test_an_office_lays_its_own_file_over_a_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "degenia.toml"
    file.write_text('extends = "insurer"\ntitle = "Degenia"\n[transfer]\nsenders = 2\n', encoding="utf-8")
    profile = read_profile(file)
    assert (profile.title, profile.transfer.senders, profile.version) == ("Degenia", 2, INSURER.version)
