"""Raw answers become files: whatever they came in, however little of it can be resolved."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.archive import Archive
from core.errors import UnreadableInput
from core.partners.bipro.postbox import BiproPostbox, open_postbox
from core.partners.bipro.profile import SHIPPED, read_profile
from core.postbox.post import Acknowledge, Contents
from core.settings import PartnerSettings

MULTIPART = 'multipart/related; boundary="b"; type="application/xop+xml"'
TRANSFER = "http://www.bipro.net/namespace/transfer"
OK = "<Status><StatusID>OK</StatusID></Status>"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def answer(inner: str, status: str = OK) -> bytes:
    return (
        f'<Envelope><Body><r xmlns:t="{TRANSFER}"><Response>{status}<t:Lieferung><ID>L</ID>{inner}'
        f"</t:Lieferung></Response></r></Body></Envelope>"
    ).encode()


def file(data: str, name: str = "a.pdf") -> str:
    return f"<Transfer><Datei><Dateiname>{name}</Dateiname>{data}</Datei></Transfer>"


def xop(href: str) -> str:
    return f'<Daten><Include xmlns="http://www.w3.org/2004/08/xop/include" href="{href}"/></Daten>'


def multipart(root: bytes, **parts: bytes) -> bytes:
    written = [b"--b\r\nContent-Type: application/xop+xml\r\n\r\n" + root]
    written += [
        b"--b\r\nContent-Type: image/pdf\r\nContent-ID: <%b>\r\n\r\n%b" % (name.encode(), content)
        for name, content in parts.items()
    ]
    return b"\r\n".join([*written, b"--b--\r\n"])


def read(archive: Archive, raw: bytes, content_type: str = "text/xml") -> Contents:
    stored = archive.store([raw])
    postbox = BiproPostbox(read_profile(SHIPPED["vema"]))
    return postbox.contents(archive.path(stored.sha256), content_type, archive.store)


def contents_of(archive: Archive, found: Contents) -> list[bytes]:
    return [archive.path(one.stored.sha256).read_bytes() for one in found.files]


def test_referred_parts_and_files_in_the_xml_come_in_their_order(archive: Archive) -> None:
    inline = f"<Daten>{base64.b64encode(b'inline').decode()}</Daten>"
    raw = multipart(answer(file(xop("cid:x")) + file(inline, "b.pdf")), x=b"part\r\n")
    found = read(archive, raw, MULTIPART)
    assert contents_of(archive, found) == [b"part\r\n", b"inline"]
    assert [(one.position, one.file_name) for one in found.files] == [(1, "a.pdf"), (2, "b.pdf")]
    assert found.flaw is None
    assert found.files[0].details["Content-Type"] == "image/pdf"


def test_parts_that_nothing_refers_to_are_kept_and_what_is_missing_is_said(archive: Archive) -> None:
    found = read(archive, multipart(answer(file(xop("cid:lost"))), x=b"spare"), MULTIPART)
    assert contents_of(archive, found) == [b"spare"]
    assert "did not come" in str(found.flaw)


def test_a_spare_part_beside_whole_files_is_kept_without_complaint(archive: Archive) -> None:
    found = read(archive, multipart(answer(file(xop("cid:x"))), x=b"one", y=b"two"), MULTIPART)
    assert (contents_of(archive, found), found.flaw) == ([b"one", b"two"], None)


def test_a_reference_into_nothing_is_no_shipment(archive: Archive) -> None:
    for raw, content_type in (
        (answer(file(xop("cid:lost"))), "text/xml"),
        (multipart(answer(file(xop("cid:lost")))), MULTIPART),
        (answer(file("<Datenlink>https://insurer.example/x</Datenlink>")), "text/xml"),
    ):
        with pytest.raises(UnreadableInput, match="did not come"):
            read(archive, raw, content_type)


def test_data_without_a_file_are_kept_as_the_xml_that_they_came_in(archive: Archive) -> None:
    root = answer("<Transfer><Versicherungsscheinnummer>V-1</Versicherungsscheinnummer></Transfer>")
    for raw, content_type in ((root, "text/xml"), (multipart(root), MULTIPART)):
        found = read(archive, raw, content_type)
        assert contents_of(archive, found) == [root]
        [one] = found.files
        assert (one.position, one.contract_number) == (0, "V-1")


def test_files_outside_of_any_transfer_are_found_too(archive: Archive) -> None:
    inline = "<Datei><Daten>QQ==</Daten></Datei>"
    found = read(archive, answer(file("<Daten>Qg==</Daten>") + inline))
    assert contents_of(archive, found) == [b"B", b"A"]


def test_an_empty_file_is_a_file(archive: Archive) -> None:
    assert contents_of(archive, read(archive, answer(file("<Daten/>")))) == [b""]


def test_an_answer_that_says_nothing_of_its_status_but_brings_a_shipment_counts(archive: Archive) -> None:
    assert contents_of(archive, read(archive, answer(file("<Daten>QQ==</Daten>"), status=""))) == [b"A"]


@pytest.mark.parametrize(
    "raw",
    [
        answer("", status="<Status><StatusID>NOK</StatusID></Status>"),
        answer("")[:-20],
        b"<Envelope><Body><r><Response/></r></Body></Envelope>",
        b"",
    ],
)
def test_anything_else_is_no_shipment(archive: Archive, raw: bytes) -> None:
    with pytest.raises(UnreadableInput):
        read(archive, raw)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_answer_is_read_or_refused_and_nothing_else(archive: Archive, data: st.DataObject) -> None:
    raw = bytearray(multipart(answer(file(xop("cid:x")) + file("<Daten>QUJD</Daten>")), x=b"part"))
    for _turn in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["change", "cut", "double"])):
            case "change":
                raw[place] = data.draw(st.integers(0, 255))
            case "cut":
                del raw[place : place + data.draw(st.integers(1, 40))]
            case _:
                raw[place:place] = raw[place : place + 30]
        if not raw:
            return
    try:
        found = read(archive, bytes(raw), data.draw(st.sampled_from([MULTIPART, "text/xml", ""])))
    except UnreadableInput:
        return
    assert found.files


# --- settings


def test_an_office_says_where_when_and_as_whom(tmp_path: Path) -> None:
    settings = PartnerSettings(
        postbox="insurer",
        postbox_login_url="https://a.example/sts",
        postbox_url="https://a.example/430",
        consumer_id="123_45678",
        acknowledge="filed",
        ca_file="ca.pem",
    )
    made = open_postbox("degenia", settings, tmp_path)
    profile = made.profile
    assert (made.name, made.acknowledges) == ("degenia", Acknowledge.FILED)
    assert (profile.login.url, profile.transfer.url) == ("https://a.example/sts", "https://a.example/430")
    assert (profile.consumer_id, profile.transfer.ca_file) == ("123_45678", str(tmp_path / "ca.pem"))


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("acknowledge", {"acknowledge": "immer"}),
        ("postbox_url", {"postbox_url": "http://a.example"}),
        ("nobody.toml", {"postbox": "nobody.toml"}),
    ],
)
def test_a_setting_that_cannot_work_is_named(tmp_path: Path, key: str, values: dict[str, Any]) -> None:
    with pytest.raises(UnreadableInput, match=key):
        open_postbox("vema", PartnerSettings(**values), tmp_path)


@pytest.mark.parametrize(
    ("name", "settings", "has"),
    [
        ("vema", PartnerSettings(), True),
        ("vema", PartnerSettings(postbox="off"), False),
        ("vema", PartnerSettings(ca_file="ca.pem"), False),
        ("vema", PartnerSettings(ca_file="ca.pem", postbox_url="https://a.example"), True),
        ("degenia", PartnerSettings(), False),
        ("degenia", PartnerSettings(postbox="insurer"), True),
    ],
)
def test_post_is_fetched_by_one_setting_and_never_from_the_real_partner_of_a_test_system(
    name: str, settings: PartnerSettings, has: bool
) -> None:
    assert settings.has_postbox(name) is has
