"""The dossier: everything on one customer, section by section, each contributed by its area."""

from __future__ import annotations

from datetime import date

import pytest

from core.customers.asking import ASK, Asking
from core.customers.dossier import dossier
from core.customers.operations import MUTE, Muting
from core.dossier.entry import SECTIONS, Dossier, Entry
from core.errors import NotFound
from core.locale import Message
from core.registry import operation_of
from core.undo import undo
from tests.core.postbox.post import Desk
from tests.support.broker import BrokerSoftware
from tests.support.customers import customer
from tests.support.offices import WHO, GivenOffice


def of(office: GivenOffice, number: str) -> Dossier:
    return dossier(office, office.customer(number).id or 0)


def entries(found: Dossier, key: str) -> tuple[Entry, ...]:
    section = found.section(key)
    return section.entries if section else ()


def said(entry: Entry) -> dict[str, object]:
    """An entry's lines as they read in English; what is empty is left out."""
    lines = (
        (str(label), str(value) if isinstance(value, Message) else value) for label, value in entry.lines
    )
    return {label: value for label, value in lines if value not in (None, "")}


def test_fields_stand_with_what_is_found_of_them(office: GivenOffice) -> None:
    office.has(customer("K-1", postcode="1067", town="Dresden "))
    office.perform(MUTE, [office.customer("K-1").id or 0], Muting("CUS001", "ist so"))
    found = {str(one.title): said(one) for one in entries(of(office, "K-1"), "record")}
    assert found["Customer number"] == {"Value": "K-1"}
    assert found["Postcode"]["Value"] == "1067"
    assert str(found["Postcode"]["Finding"]).startswith("CUS002: ")
    assert found["Town"]["Value"] == "Dresden␣"
    assert str(found["Town"]["Muted finding"]).startswith("CUS001: ")
    assert "Phone" not in found


def test_a_missing_field_is_listed_with_its_finding(office: GivenOffice) -> None:
    office.has(customer("K-1", street=""))
    [street] = [one for one in entries(of(office, "K-1"), "record") if str(one.title) == "Street"]
    assert "CUS010" in str(said(street)["Finding"])


def test_a_customer_of_whom_nothing_else_is_known_has_the_fields_alone(office: GivenOffice) -> None:
    office.has(customer("K-1"))
    found = of(office, "K-1")
    assert [section.key for section in found.sections] == ["record"]
    assert (found.about.kind, found.about.subject) == ("customer", "K-1")
    assert found.name == office.customer("K-1").display_name


def test_every_area_says_what_it_knows(office: GivenOffice, broker: BrokerSoftware) -> None:
    broker.brings(customer("K-1", postcode=""), customer("K-2"))
    office.recheck()
    office.send("K-1")
    ids = [office.customer("K-1").id or 0]
    office.perform(ASK, ids, Asking())
    remind = operation_of("customers", "remind")
    office.perform(remind, ids, remind.parameters(on=date(2026, 12, 1), note="anrufen"))
    take = operation_of("customers", "take")
    office.perform(take, ids, take.parameters())
    write = operation_of("customers", "message")
    office.perform(write, ids, write.parameters(to=WHO, text="Bitte ansehen"))
    post = Desk(office)
    post.has_contract("4711", "K-1")
    post.gets_text("Nachtrag", contract_number="4711")
    post.examines()
    found = of(office, "K-1")
    assert [section.key for section in found.sections] == [key for key, _title, _place in SECTIONS]
    [transfer] = entries(found, "transfers")
    assert (str(transfer.title), transfer.kind, transfer.id) == (
        "Held",
        "transfer",
        office.transfer("K-1").id,
    )
    [inquiry] = entries(found, "inquiries")
    assert said(inquiry)["Resubmission"] == date(2026, 12, 7)
    assert "Sehr geehrte" in str(said(inquiry)["Letter"])
    assert [str(one.title) for one in entries(found, "work")] == [
        f"{WHO} looks after it.",
        "Resubmission",
        f"{WHO} to {WHO}",
    ]
    assert [str(one.title) for one in entries(found, "journal")] == [
        "Message",
        "Take",
        "Resubmit",
        "Ask",
        "Send",
    ]
    assert [section.key for section in of(office, "K-2").sections] == ["record", "imports"]


def test_the_journal_says_which_fields_changed_and_what_was_undone(office: GivenOffice) -> None:
    office.has(customer("K-1", town="Dresden"))
    edited = office.edit("K-1", town="Zittau")
    undo(office, edited.entry or 0)
    undone, edit = entries(of(office, "K-1"), "journal")
    assert (str(undone.title), said(undone)["Town"]) == ("Undone: Edit", "“Zittau” → “Dresden”")
    assert (str(edit.title), said(edit)) == ("Edit", {"By": WHO, "Town": "“Dresden” → “Zittau”"})
    assert (edit.kind, edit.id, edit.at) == ("journal", edited.entry, office.now)


def test_a_customer_whose_number_changed_keeps_its_journal(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"))
    office.edit("K-1", town="Zittau")
    office.edit("K-1", number="K-9")
    office.edit("K-2", number="K-1")
    assert len(entries(of(office, "K-9"), "journal")) == 2
    assert len(entries(of(office, "K-1"), "journal")) == 1


def test_imports_show_what_contradicted_a_correction(office: GivenOffice, broker: BrokerSoftware) -> None:
    broker.brings(customer("K-1", town="Dresden"))
    office.edit("K-1", town="Zittau")
    broker.brings(customer("K-1", town="Plauen"))
    newest, *_others = entries(of(office, "K-1"), "imports")
    assert str(newest.title).startswith("Import of ")
    assert said(newest)["Town"] == "source before “Dresden”, here “Zittau”, source then “Plauen”"
    assert said(newest)["Row"] == 1


def test_hostile_values_are_made_visible(office: GivenOffice) -> None:
    office.has(customer("K-1", town="\x1b[31mrot"))
    [town] = [one for one in entries(of(office, "K-1"), "record") if str(one.title) == "Town"]
    assert said(town)["Value"] == "‹U+001B›[31mrot"


def test_who_is_not_there_has_no_dossier(office: GivenOffice) -> None:
    with pytest.raises(NotFound, match="no customer #77"):
        dossier(office, 77)
