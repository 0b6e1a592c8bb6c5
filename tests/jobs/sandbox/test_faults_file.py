"""The faults file: read again while the sandbox runs, and clear about mistakes."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import WrongUsage
from jobs.sandbox.client import VemaSandbox
from jobs.sandbox.faults import Asked, Selection, read_faults
from jobs.sandbox.faults_file import FaultsFile
from tests.jobs.sandbox.member import Member


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[vema", "faults.toml is not valid TOML: Expected ']'"),
        ("[wema]", "faults.toml: “wema”: there is no such key here"),
        ("vema = 1", "faults.toml: “vema”: must be a table"),
        ("[vema]\nlatenz = 1", "faults.toml: [vema]: “latenz”: there is no such key here"),
        ("[vema]\nlatency = -1", "faults.toml: [vema]: “latency”: must be a number, not negative"),
        ("[vema]\nlatency = [2, 1]", "“latency”: must be seconds, or a list of the least and the most"),
        ("[vema]\nlatency = true", "“latency”: must be a number"),
        ("[vema]\nmaintenance = 1", "“maintenance”: must be true or false"),
        ("[vema.account]\npassword = 1", "faults.toml: [vema.account]: “password”: must be a text"),
        ("[vema.account]\nlock_after = -1", "“lock_after”: must be a whole number, at least 0"),
        ("[vema]\nfault = 1", "faults.toml: [vema]: “fault”: must be a list of tables"),
        ("[[vema.fault]]\nfirst = 1", "faults.toml: [[vema.fault]] 1: “status”: a fault needs one of"),
        ("[[vema.fault]]\nstatus = 200", "“status”: must be between 400 and 599"),
        ("[[vema.fault]]\nstatus = 500\ncut = 'after'", "“cut”: only one of status, cut"),
        ("[[vema.fault]]\ncut = 'often'", "“cut”: 'often' is none of before, during, after"),
        ("[[vema.fault]]\nnever = 'during'", "“never”: 'during' is none of before, after"),
        ("[[vema.fault]]\nstatus = 500\nevery = 0", "“every”: must be a whole number, at least 1"),
        ("[[vema.fault]]\nstatus = 500\non = 'login'", "“on”: login is none of log-in, hand-over, key"),
        ("[[vema.fault]]\nstatus = 500\non = []", "“on”: must be a text or a list of texts"),
        (
            "[[vema.fault]]\nstatus = 500\non = 'any'\nwhen = 'plz:1'",
            "“on”: a condition asks about a customer",
        ),
        ("[[vema.fault]]\nstatus = 500\n[[vema.fault]]\nstatus = 1", "faults.toml: [[vema.fault]] 2: "),
        ("[[vema.refuse]]\nwhen = 'plz:'", "faults.toml: [[vema.refuse]] 1: A value is missing here."),
        ("[[vema.refuse]]\nwhen = 'farbe:blau'", "farbe"),
        ("[[vema.refuse]]\nstatus = 500", "“status”: there is no such key here"),
        ("[[vema.customer]]\nfarbe = 'blau'", "[[vema.customer]] 1: “farbe”: a customer has no such field"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        read_faults(text, "faults.toml")
    assert said in str(caught.value)


def test_an_empty_file_has_no_faults() -> None:
    faults = read_faults("", "faults.toml")
    assert faults.strike(Asked.HAND_OVER, None).trouble is None


def test_a_running_sandbox_says_what_is_wrong_with_new_faults(vema: VemaSandbox, member: Member) -> None:
    with pytest.raises(WrongUsage, match="latenz"):
        vema.set_faults("[vema]\nlatenz = 1")
    assert member.log_in().code == 200


def test_an_edited_file_holds_from_the_next_request_on(vema: VemaSandbox, member: Member) -> None:
    file = vema.ca_file.with_name("faults.toml")
    file.write_text("[vema]\nmaintenance = true")
    closed = member.connection.get("/anmeldung").status_code
    file.write_text("")
    assert (closed, member.log_in().code) == (503, 200)


def test_a_mistake_in_an_edited_file_leaves_the_faults_as_they_were(
    vema: VemaSandbox, member: Member
) -> None:
    file = vema.ca_file.with_name("faults.toml")
    file.write_text("[vema.account]\nrefuse = true")
    assert member.log_in().code == 401
    file.write_text("[vema.account]\nrefuse = perhaps")
    assert (member.log_in().code, "not valid TOML" in vema.what_is_wrong) == (401, True)
    file.write_text("")
    assert (member.log_in().code, vema.what_is_wrong) == (200, "")


def test_a_mended_file_is_known_to_be_mended_before_the_next_request(
    vema: VemaSandbox, member: Member
) -> None:
    file = vema.ca_file.with_name("faults.toml")
    file.write_text("[vema.account]\nrefuse = perhaps")
    assert "not valid TOML" in vema.what_is_wrong
    file.write_text("")
    assert vema.what_is_wrong == ""


def test_a_file_that_is_replaced_or_gone_for_a_moment_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text("")
    watched = FaultsFile(file)
    file.unlink()
    assert (watched.changed(), watched.wrong) == (None, "")
    file.write_text("[vema.account]\nlocked = true")
    faults = watched.changed()
    assert faults is not None
    assert faults.account.locked


def test_customers_of_the_file_are_known_beforehand(vema: VemaSandbox, member: Member) -> None:
    vema.set_faults(
        "[[vema.customer]]\nart = 'F'\nFirma = 'Elfenbeinküste Handels GmbH'\nkundennummer = 'F-1'"
    )
    answer = member.hands_over_company("F-1", Firma="Elfenbeinküste GmbH")
    assert (answer.code, answer.attributes["angelegt"]) == (200, "nein")


@given(after=st.integers(0, 5), every=st.integers(1, 5), first=st.integers(0, 5))
def test_counting_strikes_every_nth_after_some_and_at_most_so_often(
    after: int, every: int, first: int
) -> None:
    selection = Selection(Random(1), after=after, every=every, first=first)
    struck = [turn for turn in range(1, 41) if selection.strikes(Asked.HAND_OVER, None)]
    wanted = list(range(after + every, 41, every))
    assert struck == (wanted[:first] if first else wanted)
