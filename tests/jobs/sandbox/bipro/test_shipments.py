"""Norm 430: lists, shipments in all their forms, and what becomes of what was acknowledged."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest

from jobs.sandbox.bipro.client import PostSandbox
from jobs.sandbox.bipro.kinds import EVERYTHING
from jobs.sandbox.client import VemaSandbox
from tests.jobs.sandbox.bipro.recipient import Recipient

DATA_ONLY = ("data-only", "no-file")
NOT_THERE = ("expired", "vanished")


def hashes(contents: list[bytes]) -> list[str]:
    return [sha256(content).hexdigest() for content in contents]


def test_a_shipment_is_listed_sent_and_gone_once_it_was_acknowledged(
    recipient: Recipient, post: PostSandbox
) -> None:
    [number] = post.deliver("pdf", at=recipient.at)
    assert recipient.lists().texts("ID") == [number]
    heard = recipient.gets(number)
    [file] = post.shipment(number).files
    assert hashes(heard.files) == [file.sha256]
    assert recipient.acknowledges(number).said == (200, "OK", ["04000"])
    assert recipient.lists().codes == ["04001"]
    assert recipient.acknowledges(number).said == (200, "NOK", ["04004"])
    assert recipient.gets(number).codes == ["04003"]
    assert (post.shipment(number).fetched, post.shipment(number).acknowledged) == (1, 2)


@pytest.mark.parametrize("kind", [one for one in EVERYTHING if one not in (*DATA_ONLY, *NOT_THERE)])
def test_every_kind_of_file_comes_byte_for_byte(post: PostSandbox, member: Recipient, kind: str) -> None:
    [number] = post.deliver(kind)
    heard = member.gets(number)
    wanted = [file.sha256 for file in post.shipment(number).files]
    if kind == "inline":
        came = [base64.b64decode(text) for text in heard.texts("Daten")]
    elif kind == "base64-part":
        came = [base64.b64decode(content) for content in heard.files]
    elif kind == "dangling-cid":
        with pytest.raises(KeyError):
            heard.files  # noqa: B018
        came = [content for cid, content in heard.parts.items() if not cid.startswith("Wurzel")]
    else:
        came = heard.files
    assert hashes(came) == wanted
    assert len(wanted) >= 1
    assert heard.said == (200, "OK", ["04000"])


@pytest.mark.parametrize("kind", DATA_ONLY)
def test_a_shipment_without_a_file_is_xml_only(post: PostSandbox, member: Recipient, kind: str) -> None:
    [number] = post.deliver(kind)
    heard = member.gets(number)
    assert heard.response.headers["content-type"] == "text/xml; charset=utf-8"
    assert heard.text("EnthaeltNurDaten") == str(kind == "data-only").lower()


@pytest.mark.parametrize(("kind", "code"), [("expired", "04006"), ("vanished", "04003")])
def test_what_is_listed_may_be_there_no_longer(
    post: PostSandbox, member: Recipient, kind: str, code: str
) -> None:
    [number] = post.deliver(kind)
    assert member.lists().texts("ID") == [number]
    assert member.gets(number).said == (200, "NOK", [code])


def test_each_service_answers_with_prefixes_of_its_own(
    post: PostSandbox, member: Recipient, broker: Recipient
) -> None:
    post.deliver("pdf", at="vema")
    post.deliver({"id": "X"}, at="standard")
    assert b"<t:listShipmentsResponse><t:Response><n:BiPROVersion>" in member.lists().response.content
    assert b"<tran:listShipmentsResponse><tran:Response><nac:BiPROVersion>" in broker.lists().response.content
    assert b"<all:Dateiname>" in next(iter(broker.gets("X").parts.values()))


def test_without_prefixes_the_names_are_the_same(
    vema: VemaSandbox, post: PostSandbox, member: Recipient
) -> None:
    vema.set_faults("[bipro.vema]\nno_prefixes = true\nsparse = true")
    [number] = post.deliver("pdf")
    heard = member.lists()
    assert b'<Lieferung xmlns="http://www.bipro.net/namespace/transfer">' in heard.response.content
    assert (heard.texts("ID"), heard.texts("Schwebe"), heard.said) == ([number], [], (200, "OK", ["04000"]))


def test_vema_wants_a_consumer_and_no_word_on_confirmed_ones(member: Recipient) -> None:
    confirm = "<t:BestaetigeLieferungen>false</t:BestaetigeLieferungen>"
    assert member.lists(consumer="").said == (200, "NOK", ["00001"])
    assert member.lists(confirm).said == (200, "NOK", ["00007"])
    assert member.lists("<t:KategorieDerLieferung>140</t:KategorieDerLieferung>").codes == ["00007"]


def test_an_insurer_wants_a_word_on_confirmed_ones_and_no_category(broker: Recipient) -> None:
    category = "<t:KategorieDerLieferung>140</t:KategorieDerLieferung>"
    confirm = "<t:BestaetigeLieferungen>true</t:BestaetigeLieferungen>"
    assert broker.lists("").codes == ["00007"]
    assert broker.lists(category + confirm).codes == ["00007"]
    assert broker.lists(confirm).codes == ["04001"]


def test_an_insurer_may_filter_by_category(vema: VemaSandbox, post: PostSandbox, broker: Recipient) -> None:
    vema.set_faults("[bipro.standard]\ncategory_filter = true")
    post.deliver({"id": "A", "kind": "dunning"}, {"id": "B"}, at="standard")
    confirm = "<t:BestaetigeLieferungen>true</t:BestaetigeLieferungen>"
    only = "<t:KategorieDerLieferung>{}</t:KategorieDerLieferung>" + confirm
    assert broker.lists(only.format("140")).texts("ID") == ["A"]
    assert broker.lists(only.format("140012")).codes == ["04005"]


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ("getShipment", ""),
        ("getShipment", "<t:Id>1</t:Id>"),
        ("getShipment", "<t:ID>1</t:ID><t:ID>2</t:ID>"),
        ("listShipments", "<t:ID>1</t:ID>"),
    ],
)
def test_other_children_in_another_order_are_against_the_schema(
    member: Recipient, operation: str, fields: str
) -> None:
    assert member.calls(operation, fields).said == (200, "NOK", ["00007"])


def test_what_was_acknowledged_is_listed_again_where_it_is_kept(
    vema: VemaSandbox, post: PostSandbox, broker: Recipient
) -> None:
    vema.set_faults("[bipro.standard]\nkeep_acknowledged = true")
    [number] = post.deliver("pdf", at="standard")
    broker.acknowledges(number)
    confirm = "<t:BestaetigeLieferungen>true</t:BestaetigeLieferungen>"
    assert (broker.lists().texts("ID"), broker.lists(confirm).texts("ID")) == ([], [number])
    assert broker.gets(number).codes == ["04000"]


def test_acknowledging_may_be_unknown(vema: VemaSandbox, post: PostSandbox, member: Recipient) -> None:
    vema.set_faults("[bipro.vema]\nacknowledge = false")
    [number] = post.deliver("pdf")
    assert member.acknowledges(number).said == (500, "NOK", ["00009"])
    assert member.lists().texts("ID") == [number]


@pytest.mark.parametrize(
    ("empty", "said"),
    [("hint", ("OK", ["04001"])), ("plain", ("OK", ["04000"])), ("refusal", ("NOK", ["04001"]))],
)
def test_an_empty_postbox_says_so_in_three_ways(
    vema: VemaSandbox, member: Recipient, empty: str, said: tuple[str, list[str]]
) -> None:
    vema.set_faults(f"[bipro.vema]\nempty = '{empty}'")
    assert member.lists().said[1:] == said


def test_a_shipment_tells_what_the_insurer_knows(post: PostSandbox, member: Recipient) -> None:
    post.deliver(
        {
            "id": "L-1",
            "contract_number": "VS <1> & 2",
            "last_name": "Weiß",
            "category": "140012025",
            "available_until": "2026-12-24",
            "line": "050",
        }
    )
    listed, sent = member.lists(), member.gets("L-1")
    assert [listed.text(name) for name in ("Kategorie", "VerfuegbarBis", "Sparte")] == [
        "140012025",
        "2026-12-24",
        "050",
    ]
    assert (sent.text("Versicherungsscheinnummer"), sent.text("Nachname")) == ("VS <1> & 2", "Weiß")


def test_many_shipments_are_delivered_at_once(post: PostSandbox, member: Recipient) -> None:
    numbers = post.deliver({"id": "M", "count": 500, "file": [{"kind": "long", "size": 1000}]})
    assert len(set(numbers)) == 500
    assert member.lists().texts("ID") == numbers


def test_the_same_file_in_two_shipments_is_the_same(post: PostSandbox) -> None:
    post.deliver({"kind": "pdf", "count": 2})
    first, second = post.shipments
    assert first.files[0].sha256 == second.files[0].sha256


def test_sixty_megabytes_come_as_they_were_promised(post: PostSandbox, member: Recipient) -> None:
    [number] = post.deliver({"kind": "big", "file": [{"kind": "long", "size": 3_000_000}]})
    heard = member.gets(number)
    assert int(heard.response.headers["content-length"]) == len(heard.response.content)
    assert hashes(heard.files) == [post.shipment(number).files[0].sha256]


def test_an_address_wants_its_own_operations_by_post_as_soap(member: Recipient) -> None:
    reach = member.reach
    body = '<t:listShipments xmlns:t="http://www.bipro.net/namespace/transfer"/>'
    assert member.asks(member.session(), body, reach.log_in_url).codes == ["00009"]
    assert member.connection.get(reach.transfer_url).status_code == 405
    assert member.connection.post(reach.transfer_url, content=b"<x/>").status_code == 415
    headers = {"Content-Type": "text/xml"}
    bare = member.connection.post(reach.transfer_url, content=b"<x/>", headers=headers)
    assert (bare.status_code, b"SOAPAction fehlt" in bare.content) == (500, True)


@pytest.mark.parametrize("body", ["", "<a>", "<!DOCTYPE a []><a/>", "<a/>"])
def test_what_is_no_request_is_answered_with_a_bare_fault(member: Recipient, body: str) -> None:
    headers = {"Content-Type": "text/xml", "SOAPAction": ""}
    response = member.connection.post(member.reach.transfer_url, content=body.encode(), headers=headers)
    assert (response.status_code, b"faultstring" in response.content) == (500, True)
    assert b"BiproException" not in response.content
