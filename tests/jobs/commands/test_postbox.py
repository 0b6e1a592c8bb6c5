"""`leitstand postbox` and `leitstand contracts`, as operators and scripts call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.core.postbox.post import Desk, pdf
from tests.jobs.commands.conftest import ON_SQLITE, CallLeitstand
from tests.support.customers import customer
from tests.support.gdv import gdv_file
from tests.support.offices import GivenOffice

pytestmark = ON_SQLITE


@pytest.fixture
def post(desk: GivenOffice) -> Desk:
    """Two customers, a contract, a dunning letter that is filed, a circular that is not."""
    desk.has(customer("K-1", first_name="Petra", last_name="Weiß"), customer("K-2"))
    found = Desk(desk)
    found.has_contract("4711-0815", "K-1")
    found.gets(
        pdf("Bitte zahlen Sie."),
        "Mahnung.bin",
        title="Mahnung/2026",
        category="140012020",
        sender_name="Muster Leben AG",
        contract_number="47110815",
    )
    found.gets_text("Rundschreiben\x1b[2J", title="An alle")
    found.examines()
    return found


def test_a_listing_in_json_says_what_scripts_rely_on(post: Desk, call: CallLeitstand) -> None:
    first, second = call("postbox", "list", "--format", "json").json
    assert {"id", "state", "category", "sender", "stored_at", "filed_to", "acknowledged_at"} <= first.keys()
    assert (first["state"], first["filed_to"], first["deadline_estimated"]) == ("filed", "K-1", True)
    assert (second["state"], second["filed_to"]) == ("unread", None)


def test_a_table_marks_what_is_estimated(post: Desk, call: CallLeitstand) -> None:
    out = call("postbox", "list", "--where", "is:urgent").out
    assert "(estimated)" in out
    assert len(out.splitlines()) == 2


def test_a_document_is_shown_with_reasons_and_text_and_nothing_that_moves_the_cursor(
    post: Desk, call: CallLeitstand
) -> None:
    out = call("postbox", "show", "1").out
    assert "The contract 4711-0815 is this customer's." in out
    assert "Bitte zahlen Sie." in out
    assert "\x1b" not in call("postbox", "show", "2").out
    assert call("postbox", "show", "2", "--format", "json").json["shipments"][0]["account"] == "vema"
    assert call("postbox", "show", "99").code == 2


def test_a_document_is_filed_done_and_that_taken_back(post: Desk, call: CallLeitstand) -> None:
    assert call("postbox", "file", "2", "--customer", "K-2").code == 0
    said = call("postbox", "done", "2", "--format", "json").json
    assert post.document(2).state == "done"
    assert call("journal", "undo", said["entry"]).code == 0
    assert post.document(2).state == "filed"
    assert call("postbox", "file", "2", "--customer", "K-9").code == 1


def test_all_that_the_machine_filed_is_taken_back_by_a_condition(post: Desk, call: CallLeitstand) -> None:
    assert call("postbox", "unfile", "--where", "filed-by:machine").code == 0
    assert [one.customer for one in post.documents()] == [None, None]


def test_files_are_exported_under_a_name_that_a_pattern_makes(
    post: Desk, call: CallLeitstand, tmp_path: Path
) -> None:
    folder = tmp_path / "gemeinsam"
    said = call(
        "postbox", "export", "1", "--to", folder, "--name", "{sender} {customer} {title}", "--format", "json"
    )
    (one,) = said.json
    path = Path(one["file"])
    assert (path.parent, path.name) == (folder, "Muster Leben AG K-1 Mahnung-2026.pdf")
    assert path.read_bytes() == pdf("Bitte zahlen Sie.")
    again = call(
        "postbox", "export", "1", "--to", folder, "--name", "{sender} {customer} {title}", "--format", "json"
    )
    assert again.json == said.json
    other = call(
        "postbox", "export", "--where", "is:unread", "--to", folder, "--name", "x", "--format", "json"
    )
    assert Path(other.json[0]["file"]).name == "x.txt"
    assert call("postbox", "export", "1", "--name", "{iban}").code == 2


def test_who_may_not_see_commission_statements_gets_none(post: Desk, call: CallLeitstand) -> None:
    post.employs("cl")
    id_ = post.gets_text("Courtage", category="300001000")
    post.examines()
    as_clerk = ("--operator", "cl", "--format", "json")
    assert len(call("postbox", "list", *as_clerk).json) == 2
    assert call("postbox", "show", id_, *as_clerk).code == 4
    assert call("operators", "scope", "cl", "commission").code == 0
    assert len(call("postbox", "list", *as_clerk).json) == 3


def test_gdv_data_becomes_contracts(post: Desk, call: CallLeitstand) -> None:
    id_ = post.gets(gdv_file({"number": "99", "customer": "K-2"}), "bestand.txt")
    post.examines()
    assert call("postbox", "import", id_, "--yes").code == 0
    found = call("contracts", "list", "--where", "customer:K-2", "--format", "json").json
    assert [one["number"] for one in found] == ["99"]


def test_contracts_are_imported_listed_shown_and_edited(
    post: Desk, call: CallLeitstand, tmp_path: Path
) -> None:
    file = tmp_path / "vertraege.csv"
    file.write_text(
        "VSNR;Gesellschaft;Kundennummer;Sparte\n12 34;Muster AG;K-1;010\n;;K-1;\n", encoding="utf-8"
    )
    assert call("import", "contracts", file, "--dry-run", "--format", "json").json[0]["new"] == 1
    said = call("import", "contracts", file, "--format", "json")
    assert (said.code, said.json[0]["new"], said.json[0]["quarantined"]) == (1, 1, 1)
    assert call("contracts", "show", "1234", "--format", "json").json["customer_name"] == "Petra Weiß"
    assert call("contracts", "edit", "12-34", "Sparte=020", "Kundennummer=K-2").code == 0
    shown = call("contracts", "show", "12 34", "--format", "json").json
    assert (shown["line"], shown["customer_number"]) == ("020", "K-2")
    assert call("contracts", "edit", "1234", "Vorname=Petra").code == 2
    assert call("contracts", "show", "0").code == 2
    assert "Muster AG" in call("contracts", "list").out


def test_a_file_of_contracts_that_was_put_back_is_read_again_as_such(
    post: Desk, call: CallLeitstand, tmp_path: Path
) -> None:
    file = tmp_path / "seltsam.csv"
    file.write_text("Nr;Kundennummer\n77;K-1\n", encoding="utf-8")
    assert call("import", "contracts", file).code == 2
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[columns]\nNr = "VSNR"\n', encoding="utf-8")
    assert call("arrivals", "retry", "--all", "--mapping", mapping).code == 0
    assert call("contracts", "show", "77", "--format", "json").json["customer_number"] == "K-1"


def test_post_stands_in_the_customer_s_file_and_among_the_work(post: Desk, call: CallLeitstand) -> None:
    sections = call("customers", "show", "K-1", "--everything", "--format", "json").json["sections"]
    assert {"contracts", "post"} <= {one["key"] for one in sections}
    found = call("work", "list", "--unassigned", "--format", "json")
    work = found.json if found.code == 0 else call("work", "list", "--format", "json").json
    assert {one["record"] for one in work if one["source"] == "document"} == {1, 2}


def test_the_job_applies_contracts_too_and_links_those_whose_customer_came_later(
    post: Desk, call: CallLeitstand, tmp_path: Path
) -> None:
    from core.inbox.receive import receive_file

    contracts, customers = tmp_path / "v.csv", tmp_path / "k.csv"
    contracts.write_text("VSNR;Kundennummer\n77;K-77\n", encoding="utf-8")
    customers.write_text("Kundennummer;Nachname\nK-77;Vogt\n", encoding="utf-8")
    receive_file(post.office, "contracts", contracts)
    receive_file(post.office, "customers", customers)
    assert call("run", "apply-arrivals").code == 0
    assert call("contracts", "show", "77", "--format", "json").json["customer_name"] == "Vogt"
