"""VEMA as the outbox knows it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import Inapplicable, UnreadableInput
from core.outbox.outcome import Connection, Partner
from core.partners.vema import VemaPartner, open_partner
from core.partners.vema.client import VemaConnection
from core.settings import PartnerSettings
from tests.core.partners.vema.conftest import MEMBER, NOW


def test_it_is_a_partner_and_its_connections_are_connections(tmp_path: Path) -> None:
    partner: Partner = open_partner(PartnerSettings(), tmp_path)
    connection: Connection = partner.connect(MEMBER, lambda: NOW)
    connection.close()
    assert isinstance(connection, VemaConnection)
    assert (partner.name, partner.honours_key, partner.senders) == ("vema", True, 4)
    assert partner.can_look_up_keys
    assert partner.can_look_up_subjects


def test_settings_of_the_office_count_more_than_the_profile(tmp_path: Path) -> None:
    (tmp_path / "eigenes.toml").write_text('extends = "vema"\nhonours_key = false\n')
    settings = PartnerSettings(
        profile="eigenes.toml", base_url="https://127.0.0.1:8443/extranet/v1", ca_file="ca.pem", senders=2
    )
    partner = open_partner(settings, tmp_path)
    endpoint = partner.profile.endpoint
    assert (partner.honours_key, partner.senders) == (False, 2)
    assert (endpoint.url, endpoint.ca_file) == (settings.base_url, str(tmp_path / "ca.pem"))


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (PartnerSettings(base_url="http://127.0.0.1"), "partners.vema.base_url"),
        (PartnerSettings(base_url="https://127.0.0.1:viele"), "partners.vema.base_url"),
        (PartnerSettings(base_url="https://[::1"), "partners.vema.base_url"),
        (PartnerSettings(senders=65), "partners.vema.senders"),
    ],
)
def test_what_an_office_sets_wrongly_is_looked_for_in_its_own_file(
    tmp_path: Path, settings: PartnerSettings, key: str
) -> None:
    with pytest.raises(UnreadableInput) as raised:
        open_partner(settings, tmp_path)
    assert raised.value.file == str(tmp_path / "leitstand.toml")
    assert key in str(raised.value)


def test_an_address_without_tls_in_a_profile_is_refused(tmp_path: Path) -> None:
    profile = tmp_path / "eigenes.toml"
    profile.write_text('extends = "vema"\n[endpoint]\nurl = "http://127.0.0.1"\n')
    with pytest.raises(UnreadableInput, match=r"endpoint\.url") as raised:
        open_partner(PartnerSettings(profile=profile.name), tmp_path)
    assert raised.value.file == str(profile)


def test_a_payload_is_composed_and_read_again(tmp_path: Path) -> None:
    partner = open_partner(PartnerSettings(), tmp_path)
    fields = {"number": "K-17", "kind": "F", "company": "Elfenbein"}
    assert partner.decompose(partner.compose("customer", fields)) == fields


def test_another_kind_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(Inapplicable, match="VEMA takes no transfers of the kind case"):
        open_partner(PartnerSettings(), tmp_path).compose("case", {})


def test_what_is_heavy_is_imported_only_when_it_is_needed() -> None:
    """Start-up time is measured: naming a partner must not cost an HTTP client."""
    program = (
        "import sys; from pathlib import Path\n"
        "from core.partners.vema import open_partner\n"
        "from core.settings import PartnerSettings\n"
        "open_partner(PartnerSettings(), Path('.'))\n"
        "print([name for name in ('httpx', 'httpcore', 'lxml', 'sqlmodel') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_partner_is_made_from_any_profile_object(shipped: object) -> None:
    assert VemaPartner(shipped).profile is shipped  # pyright: ignore
