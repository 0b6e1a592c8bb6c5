"""What goes wrong at a postbox on purpose, and what the faults file says wrongly."""

from __future__ import annotations

import resource
import signal
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from core.errors import WrongUsage
from core.settings import read_settings
from jobs.sandbox.bipro.client import PostSandbox
from jobs.sandbox.client import VemaSandbox, running_sandbox
from jobs.sandbox.faults import read_faults
from tests.jobs.sandbox.bipro.recipient import Recipient


def fault(values: str, on: str = "list") -> str:
    return f'[[bipro.fault]]\non = "{on}"\n{values}'


@pytest.mark.parametrize(
    ("values", "status", "retry_after"),
    [
        ("status = 429", 429, None),
        ("status = 429\nretry_after = 3", 429, "3"),
        ("status = 503\nretry_after = 60", 503, "60"),
        ("status = 500", 500, None),
    ],
)
def test_a_balancer_answers_instead(
    vema: VemaSandbox, recipient: Recipient, values: str, status: int, retry_after: str | None
) -> None:
    vema.set_faults(fault(values + "\nfirst = 1"))
    first, second = recipient.lists().response, recipient.lists()
    assert (first.status_code, first.headers.get("retry-after")) == (status, retry_after)
    assert second.codes == ["04001"]


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ("nok", (200, "NOK", ["00940", "99999"])),
        ("fault", (500, "NOK", ["00940", "99999"])),
        ("bare", (500, "", [])),
    ],
)
def test_an_error_comes_in_three_shapes(
    vema: VemaSandbox, recipient: Recipient, shape: str, said: tuple[int, str, list[str]]
) -> None:
    vema.set_faults(fault(f"code = ['00940', '99999']\nshape = '{shape}'\ntext = 'Bitte später'"))
    heard = recipient.lists()
    assert heard.said == said
    assert "Bitte später" in heard.response.text


@pytest.mark.parametrize("garbage", ["html", "half", "empty", "text", "doctype", "escapes", "bomb", "deep"])
def test_an_answer_is_garbage(vema: VemaSandbox, member: Recipient, garbage: str) -> None:
    vema.set_faults(fault(f'garbage = "{garbage}"'))
    headers = {"Content-Type": "text/xml", "SOAPAction": ""}
    body = '<t:listShipments xmlns:t="http://www.bipro.net/namespace/transfer"/>'
    envelope = f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{body}</s:Body></s:Envelope>'
    response = member.connection.post(member.reach.transfer_url, content=envelope, headers=headers)
    assert response.status_code == (500 if garbage == "escapes" else 200)
    assert b"StatusID" not in response.content


def test_two_gigabytes_are_promised_and_sent_until_nobody_listens(
    vema: VemaSandbox, post: PostSandbox, member: Recipient
) -> None:
    vema.set_faults(fault(f"garbage = 'huge'\nsize = {2 << 30}", "any"))
    headers = {"Content-Type": "text/xml", "SOAPAction": ""}
    envelope = (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%b</s:Body></s:Envelope>'
    )
    content = envelope % b'<t:listShipments xmlns:t="http://www.bipro.net/namespace/transfer"/>'
    with member.connection.stream(
        "POST", member.reach.transfer_url, content=content, headers=headers
    ) as sent:
        assert int(sent.headers["content-length"]) == 2 << 30
        assert next(sent.iter_raw()).startswith(b"<s:Envelope")
    assert post.counts()["list"] == 1


def test_a_multipart_answer_is_cut_off_though_its_length_fits(
    vema: VemaSandbox, post: PostSandbox, member: Recipient
) -> None:
    vema.set_faults(fault("truncate = 0.5", "get"))
    [number] = post.deliver("pdf")
    response = member.connection.post(
        member.reach.transfer_url,
        content=_request(member, number),
        headers={"Content-Type": "text/xml", "SOAPAction": ""},
    )
    assert response.status_code == 200
    assert not response.content.rstrip().endswith(b"--")


def test_a_connection_is_cut_in_the_middle_of_a_file(
    vema: VemaSandbox, post: PostSandbox, member: Recipient
) -> None:
    [number] = post.deliver("pdf")
    vema.set_faults(fault("cut = 'during'", "get"))
    with pytest.raises(httpx.RemoteProtocolError):
        member.gets(number)
    assert post.shipment(number).fetched == 1


def test_a_shipment_comes_slowly(vema: VemaSandbox, post: PostSandbox, member: Recipient) -> None:
    [number] = post.deliver("no-file")
    vema.set_faults(fault("drip = 0.01\npiece = 400", "get"))
    start = time.monotonic()
    heard = member.gets(number)
    assert time.monotonic() - start >= 0.01 * (len(heard.response.content) // 400)
    assert heard.codes == ["04000"]


def test_a_fault_strikes_one_service_one_step_one_shipment(
    vema: VemaSandbox, post: PostSandbox, member: Recipient, broker: Recipient
) -> None:
    post.deliver({"id": "A"}, {"id": "B"}, {"id": "A", "at": "standard"})
    vema.set_faults(fault("code = '04006'\nat = 'vema'\nshipment = 'A'", "get"))
    assert [member.gets("A").codes, member.gets("B").codes] == [["04006"], ["04000"]]
    assert broker.gets("A").codes == ["04000"]
    assert member.acknowledges("A").codes == ["04000"]


def test_maintenance_closes_both_services_but_not_the_extranet(
    vema: VemaSandbox, member: Recipient, broker: Recipient
) -> None:
    vema.set_faults("[bipro]\nmaintenance = true\nretry_after = 5")
    assert member.connection.post(member.reach.log_in_url, content=b"").status_code == 415
    assert [member.log_in().response.status_code, broker.log_in().response.status_code] == [503, 503]
    assert member.connection.get(f"{vema.base_url}/anmeldung").status_code == 401


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[bipro]\nlatenz = 1", "[bipro]: “latenz”: there is no such key here"),
        ("[bipro.vema]\nexpires = 'never'", "“expires”: 'never' is none of zulu, offset"),
        ("[[bipro.fault]]\nfirst = 1", "[[bipro.fault]] 1: “status”: a fault needs one of status, cut"),
        ("[[bipro.fault]]\nstatus = 500\non = 'send'", "“on”: send is none of log-in, log-out, list, get"),
        ("[[bipro.fault]]\nstatus = 500\nat = 'here'", "“at”: 'here' is none of vema, standard, any"),
        ("[[bipro.shipment]]\nkind = 'box'", "[[bipro.shipment]] 1: “kind”: box is none of pdf, "),
        ("[[bipro.shipment]]\ncolour = 'red'", "“colour”: there is no such key here"),
        ("[[bipro.shipment]]\n[[bipro.shipment.file]]\ncontent = '!'", "“content”: must be base64"),
        (
            "[[bipro.shipment]]\n[[bipro.shipment.file]]\nkind = 'doc'",
            "“kind”: 'doc' is none of pdf, damaged",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        read_faults(text, "faults.toml")
    assert said in str(caught.value)


def test_what_lies_in_the_postbox_and_what_was_acknowledged_outlasts_a_restart(tmp_path: Path) -> None:
    faults, state = "[[bipro.shipment]]\nid = 'F'\n[[bipro.shipment]]\nid = 'G'", tmp_path / "state.jsonl"
    with running_sandbox(tmp_path, faults, state=state) as first:
        numbers = first.post.deliver("pdf", "zip")
        recipient = _logged_in(first)
        recipient.acknowledges("F")
        recipient.acknowledges(numbers[0])
    with running_sandbox(tmp_path, faults, state=state) as second:
        known = {one.number: one.acknowledged for one in second.post.shipments}
        assert known == {"F": 1, "G": 0, numbers[0]: 1, numbers[1]: 0}
        assert second.post.deliver("pdf") != [numbers[0]]


def test_an_acknowledgement_that_cannot_be_written_down_is_none(tmp_path: Path) -> None:
    """A full disk."""
    with running_sandbox(tmp_path, "[[bipro.shipment]]\nid = 'F'", state=tmp_path / "state.jsonl") as sandbox:
        recipient = _logged_in(sandbox)
        (tmp_path / "state.jsonl").unlink()
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
        try:
            status = recipient.acknowledges("F").response.status_code
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, before)
        assert status == 500
        assert sandbox.post.shipment("F").acknowledged == 0
        assert recipient.lists().texts("ID") == ["F"]


def test_everything_is_one_of_each_kind(vema: VemaSandbox, post: PostSandbox) -> None:
    vema.set_faults("[[bipro.shipment]]\nkind = 'everything'")
    numbers = [shipment.number for shipment in post.shipments]
    assert len(numbers) == len(set(numbers)) > 30


def test_the_configuration_leads_to_both_postboxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs.sandbox.command import sandbox
    from jobs.sandbox.server import Server

    monkeypatch.setattr(Server, "serve_until_stopped", lambda _server: None)
    file = tmp_path / "leitstand.toml"
    result = CliRunner().invoke(sandbox, ["--config-out", str(file)])
    assert result.exception is None
    settings = read_settings(tmp_path, {})
    assert settings.partner("vema").postbox_url.endswith("/va/TransferService_2.6.1.1.0")
    assert settings.partner("insurer").postbox_login_url.endswith(
        "/standard/410_STS/UserPasswordLogin_2.6.1.1.0"
    )


def _logged_in(sandbox: VemaSandbox) -> Recipient:
    import ssl

    trust = ssl.create_default_context(cafile=sandbox.ca_file)
    recipient = Recipient(httpx.Client(verify=trust, timeout=20), sandbox.post.reach("vema"))
    recipient.log_in()
    return recipient


def _request(member: Recipient, number: str) -> str:
    version = (
        '<n:BiPROVersion xmlns:n="http://www.bipro.net/namespace/nachrichten">2.6.1.1.0</n:BiPROVersion>'
    )
    consumer = '<n:ConsumerID xmlns:n="http://www.bipro.net/namespace/nachrichten">1</n:ConsumerID>'
    request = f"<t:Request>{version}{consumer}<t:ID>{number}</t:ID></t:Request>"
    body = f'<t:getShipment xmlns:t="http://www.bipro.net/namespace/transfer">{request}</t:getShipment>'
    inner = f"<s:Header>{member.session()}</s:Header><s:Body>{body}</s:Body>"
    return f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">{inner}</s:Envelope>'
