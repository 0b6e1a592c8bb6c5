"""The profile: data that somebody will get wrong, and be told where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from core.customers.fields import ATTRIBUTES
from core.customers.given import NOT_TRANSMITTED
from core.errors import UnreadableInput
from core.partners.vema.limits import limits
from core.partners.vema.profile import SHIPPED, read_profile
from core.rulebook.finding import Severity


def test_the_shipped_profile_is_the_documented_protocol() -> None:
    profile = read_profile(SHIPPED)
    assert (profile.name, profile.honours_key, profile.endpoint.senders) == ("vema", True, 4)
    assert profile.endpoint.url == "https://vema.example/extranet/v1"
    assert (profile.hand_over.path, profile.log_in.path) == ("/kunden", "/anmeldung")
    assert (
        profile.endpoint.timeouts.connect,
        profile.endpoint.timeouts.read,
        profile.endpoint.timeouts.total,
    ) == (5, 30, 40)


def test_everything_that_is_transmitted_has_its_place() -> None:
    given = limits(read_profile(SHIPPED))
    assert given.transmitted == set(ATTRIBUTES) - NOT_TRANSMITTED
    assert given.first_company_name == 10
    assert given.choices["kind"] == ("P", "F")
    assert "" in given.countries


def test_an_office_names_only_what_differs(tmp_path: Path) -> None:
    own = tmp_path / "vema.toml"
    own.write_text(
        'extends = "vema"\n[endpoint]\nsenders = 2\n[endpoint.timeouts]\nread = 10\n'
        '[limits]\nfirst_company_name = 12\ncountries = []\n[limits.severities]\nCUS015 = "warning"\n'
    )
    profile = read_profile(own)
    assert (profile.endpoint.senders, profile.endpoint.timeouts.read, profile.endpoint.timeouts.total) == (
        2,
        10,
        40,
    )
    assert profile.endpoint.url == "https://vema.example/extranet/v1"
    given = limits(profile)
    assert (given.first_company_name, given.countries) == (12, ())
    assert given.severities == {"CUS015": Severity.WARNING}


def test_without_extends_a_file_stands_alone(tmp_path: Path) -> None:
    own = tmp_path / "vema.toml"
    own.write_text('name = "vema"\n')
    with pytest.raises(UnreadableInput, match=r"vema\.toml: key “title”: is missing"):
        read_profile(own)


def test_look_ups_may_be_missing(tmp_path: Path) -> None:
    own = tmp_path / "vema.toml"
    text = SHIPPED.read_text(encoding="utf-8")
    own.write_text(
        text[: text.index("[look_up_key]")] + text[text.index("# Answers to any request") :], encoding="utf-8"
    )
    profile = read_profile(own)
    assert (profile.look_up_key, profile.look_up_subject) == (None, None)


@dataclass
class Wrong:
    toml: str
    said: str


@pytest.mark.parametrize(
    "wrong",
    [
        Wrong("senders = 3", "key “senders”: there is no such key in a profile"),
        Wrong("honours_key = 1", "key “honours_key”: must be true or false"),
        Wrong('[endpoint]\nsenders = "4"', "key “endpoint.senders”: must be a whole number"),
        Wrong("[endpoint]\nsenders = 0", "key “endpoint.senders”: must be between 1 and 64"),
        Wrong('[endpoint]\nurl = "http://vema.example"', "key “endpoint.url”: must be an address https://"),
        Wrong('[endpoint]\nurl = "https://a:b@vema.example"', "key “endpoint.url”"),
        Wrong("[endpoint.timeouts]\nread = true", "key “endpoint.timeouts.read”: must be a number"),
        Wrong("[endpoint.timeouts]\ntotal = 0", "key “endpoint.timeouts.total”: must be between"),
        Wrong(
            '[endpoint.authentication]\nscheme = "magic"', "“magic” is not known; there is: basic, headers"
        ),
        Wrong('[endpoint.headers]\n"X-A" = "{geheim}"', "key “endpoint.headers.X-A”: “geheim” is not known"),
        Wrong('[hand_over]\npath = "kunden"', "key “hand_over.path”: must begin with /"),
        Wrong(
            '[hand_over]\npath = "/{number}"', "key “hand_over.path”: “number” is not known; there is: key"
        ),
        Wrong(
            '[[answers]]\nstatus = "9xx"\noutcome = "delivered"', "key “answers[1].status”: must be like 422"
        ),
        Wrong('[[answers]]\nstatus = "401"', "key “answers[1]”: must name either an outcome or a presence"),
        Wrong('[[answers]]\nstatus = "401"\npresence = "found"', "is an outcome, not a presence"),
        Wrong(
            '[[answers]]\nstatus = "401"\noutcome = "kaputt"',
            "key “answers[1].outcome”: “kaputt” is not known",
        ),
        Wrong('[xml.elements]\niban = "I BAN"', "key “xml.elements.iban”: “I BAN” is no XML name"),
        Wrong('[xml.elements]\niban = "BIC"', "key “xml.elements”: two fields have the same name"),
        Wrong('[xml.elements]\nnumber = "Nr"', "key “xml.elements.number”: is an attribute already"),
        Wrong(
            '[limits]\ncharacters = "klingonisch"', "key “limits.characters”: “klingonisch” is no encoding"
        ),
        Wrong('[limits]\ncountries = "D"', "key “limits.countries”: must be a list"),
        Wrong("[limits.choices]\ntitle = [1]", "key “limits.choices.title[1]”: must be text"),
        Wrong("[limits]\nlengths = 5", "key “limits.lengths”: must be a table"),
        Wrong(
            "[limits.lengths]\nnachname = 5", "key “limits.lengths.nachname”: a customer has no such field"
        ),
        Wrong('[xml.elements]\nnachname = "N"', "key “xml.nachname”: a customer has no such field"),
        Wrong('[limits.severities]\nCUS001 = "egal"', "key “limits.severities.CUS001”: “egal” is not known"),
        Wrong("x = ", "not valid TOML"),
    ],
    ids=lambda wrong: wrong.toml.replace("\n", " ")[:40],
)
def test_a_wrong_key_is_named_with_its_file(tmp_path: Path, wrong: Wrong) -> None:
    own = tmp_path / "eigenes.toml"
    own.write_text('extends = "vema"\n' + wrong.toml)
    with pytest.raises(UnreadableInput) as raised:
        limits(read_profile(own))
    assert str(raised.value).startswith(str(own))
    assert wrong.said in str(raised.value)


def test_an_unknown_base_and_a_missing_file_are_named(tmp_path: Path) -> None:
    own = tmp_path / "eigenes.toml"
    own.write_text('extends = "wema"')
    with pytest.raises(UnreadableInput, match="“wema” is no shipped profile; there is: vema"):
        read_profile(own)
    with pytest.raises(UnreadableInput, match="cannot be read: No such file"):
        read_profile(tmp_path / "fehlt.toml")
