"""Settings: file, then variables; whatever is wrong is named by its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UnreadableInput
from core.settings import PartnerSettings, Settings, WatchedFolder, read_settings

WHOLE = """
database_url = "postgresql://u@h/db"
language = "en"
time_zone = "Europe/Zurich"
archive = "/srv/archive"
vault_key_file = "/run/key"
unknown_operator = "clerk"
lease_seconds = 30

[partners.vema]
profile = "vema.toml"
base_url = "https://localhost:1"
ca_file = "ca.pem"
send = "all"
senders = 3

[[folders]]
path = "eingang"
mapping = "mapping.toml"

[[folders]]
path = "/srv/eingang"

[schedule]
collect = "off"
"""


def settings_of(home: Path, text: str, **variables: str) -> Settings:
    (home / "leitstand.toml").write_text(text, encoding="utf-8")
    return read_settings(home, variables)


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_settings(tmp_path, {}) == Settings()
    assert read_settings(tmp_path / "nowhere", {}) == Settings()


def test_everything_that_can_be_set_is_read(tmp_path: Path) -> None:
    assert settings_of(tmp_path, WHOLE) == Settings(
        database_url="postgresql://u@h/db",
        language="en",
        time_zone="Europe/Zurich",
        archive="/srv/archive",
        vault_key_file="/run/key",
        unknown_operator="clerk",
        lease_seconds=30.0,
        partners={"vema": PartnerSettings("vema.toml", "https://localhost:1", "ca.pem", "all", 3)},
        folders=(WatchedFolder("eingang", "customers", "mapping.toml"), WatchedFolder("/srv/eingang")),
        schedule={"collect": "off"},
    )


def test_a_partner_that_nobody_mentions_has_the_defaults() -> None:
    assert Settings().partner("vema") == PartnerSettings(send="chosen")


@pytest.mark.parametrize(
    ("variable", "attribute", "value"),
    [
        ("LEITSTAND_DATABASE_URL", "database_url", "postgresql:///other"),
        ("LEITSTAND_LANG", "language", "de"),
        ("LEITSTAND_TIME_ZONE", "time_zone", "Europe/Vienna"),
        ("LEITSTAND_ARCHIVE", "archive", "/mnt/archive"),
        ("LEITSTAND_VAULT_KEY_FILE", "vault_key_file", "/mnt/key"),
    ],
)
def test_a_variable_goes_before_the_file_and_an_empty_one_does_not(
    tmp_path: Path, variable: str, attribute: str, value: str
) -> None:
    before = getattr(settings_of(tmp_path, WHOLE), attribute)
    assert getattr(settings_of(tmp_path, WHOLE, **{variable: value}), attribute) == value
    assert getattr(settings_of(tmp_path, WHOLE, **{variable: ""}), attribute) == before


def test_a_key_that_systemd_hands_over_is_used_unless_another_one_is_set(tmp_path: Path) -> None:
    (tmp_path / "leitstand.key").write_bytes(bytes(32))
    given = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read_settings(tmp_path, given).vault_key_file == str(tmp_path / "leitstand.key")
    assert settings_of(tmp_path, WHOLE, **given).vault_key_file == "/run/key"
    other = given | {"LEITSTAND_VAULT_KEY_FILE": "/mnt/key"}
    assert read_settings(tmp_path, other).vault_key_file == "/mnt/key"
    (tmp_path / "leitstand.key").unlink()
    (tmp_path / "leitstand.toml").unlink()
    assert read_settings(tmp_path, given).vault_key_file == ""


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("colour = 'red'", "“colour” is no setting"),
        ("language = 5", "“language” must be text"),
        ("time_zone = 'Europa/Berlin'", "“time_zone”: there is no time zone Europa/Berlin"),
        ("time_zone = '../../etc/passwd'", "“time_zone”: there is no time zone"),
        ("time_zone = ''", "“time_zone”: there is no time zone"),
        ("lease_seconds = '60'", "“lease_seconds” must be a number"),
        ("lease_seconds = true", "“lease_seconds” must be a number"),
        ("lease_seconds = 0", "“lease_seconds” must be at least 0.1"),
        ("keep_days = -1", "“keep_days” must be at least 0"),
        ("keep_days = 1.5", "“keep_days” must be a whole number"),
        ("lease_seconds = nan", "“lease_seconds” must be at least"),
        ("lease_seconds = inf", "“lease_seconds” must be at least"),
        ("[partners.vema]\nsenders = 1.5", "“partners.vema.senders” must be a whole number"),
        ("partners = 5", "“partners” must be a table"),
        ("[partners]\nvema = 5", "“partners.vema” must be a table"),
        ("[partners.vema]\nurl = 'x'", "“partners.vema.url” is no setting"),
        ("[partners.vema]\nsenders = 'x'", "“partners.vema.senders” must be a whole number"),
        ("[partners.vema]\nsenders = -2", "“partners.vema.senders” must be at least 0"),
        ("[partners.vema]\nsend = true", "“partners.vema.send” must be text"),
        ("folders = 'x'", "“folders” must be a list"),
        ("folders = ['x']", "“folders” must be a table"),
        ("[[folders]]\nkind = 'customers'", "“folders.path” is missing"),
        ("[[folders]]\npath = 'x'\nfilter = '*'", "“folders.filter” is no setting"),
        ("[[folders]]\npath = 5", "“folders.path” must be text"),
        ("[[folders]]\npath = 'x'\nsettled_seconds = '5'", "“folders.settled_seconds” must be a number"),
        ("[[folders]]\npath = 'x'\nsettled_seconds = -1", "“folders.1.settled_seconds” must be at least 0"),
        ("schedule = []", "“schedule” must be a table"),
        ("[schedule]\ncollect = 5", "“schedule.collect” must be text"),
        ("language = ", "not valid TOML"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(UnreadableInput) as caught:
        settings_of(tmp_path, text)
    assert complaint in str(caught.value)
    assert "leitstand.toml" in str(caught.value)


def test_a_variable_that_makes_no_sense_is_named_too(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="“time_zone”: there is no time zone Mond"):
        read_settings(tmp_path, {"LEITSTAND_TIME_ZONE": "Mond"})


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leitstand.toml").write_bytes("archive = 'Büro'".encode("cp1252"))
    with pytest.raises(UnreadableInput, match="not valid TOML"):
        read_settings(tmp_path, {})


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "leitstand.toml").mkdir()
    with pytest.raises(UnreadableInput, match="cannot be read: Is a directory"):
        read_settings(tmp_path, {})
