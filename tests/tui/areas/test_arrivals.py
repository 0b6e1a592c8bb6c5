from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from core.inbox.arrival import Arrival
from tests.support.broker import BrokerSoftware, arrivals_of
from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import HOSTILE, console
from tui.dialogs.form import Form

pytestmark = pytest.mark.anyio

OVERVIEW, ARRIVALS = 1, 8
WIDE = (160, 50)


@pytest.fixture
def broker(office: GivenOffice, tmp_path_factory: pytest.TempPathFactory) -> BrokerSoftware:
    """The office's own software."""
    return BrokerSoftware(office, tmp_path_factory.mktemp("broker"))


def brings(broker: BrokerSoftware, *rows: str) -> None:
    """A file with one good customer and these rows behind it."""
    good = broker.exports(customer("K-1")).read_text(encoding="utf-8")
    broker.imports(broker.writes((good + "\r\n".join(rows) + "\r\n").encode()))


def states(office: GivenOffice) -> Sequence[str]:
    return [one.state for one in arrivals_of(office)]


async def test_what_was_put_back_stands_first_with_its_reason(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    brings(broker, "K-2;zu;kurz")
    async with console(office, ARRIVALS, size=WIDE) as seen:
        await seen.lists(1)
        await seen.sees("3 cells instead of")


async def test_the_raw_row_is_shown_as_it_came(office: GivenOffice, broker: BrokerSoftware) -> None:
    brings(broker, "K-2;zu\t;kurz")
    async with console(office, ARRIVALS, size=WIDE) as seen:
        await seen.lists(1)
        await seen.presses("tab")
        await seen.sees("K-2;zu‹U+0009›;kurz")


async def test_of_a_file_the_beginning_and_its_rows_are_shown(
    office: GivenOffice, broker: BrokerSoftware
) -> None:
    brings(broker, "K-2;zu;kurz")
    async with console(office, ARRIVALS, size=WIDE, view="row:missing") as seen:
        await seen.lists(1)
        await seen.sees("Rows that were put back")
        await seen.presses("tab")
        await seen.sees("Kundennummer;")


async def test_ignoring_needs_a_reason_and_is_undone(office: GivenOffice, broker: BrokerSoftware) -> None:
    brings(broker, "K-2;zu;kurz")
    async with console(office, ARRIVALS) as seen:
        await seen.lists(1)
        await seen.presses("x")
        await seen.shows(Form)
        await seen.sees("Reason")
        await seen.types("Leerzeile")
        await seen.presses("f2")
        await seen.waits(lambda: states(office)[1] == "ignored")
        await seen.idles()
        await seen.presses("u")
        await seen.waits(lambda: states(office)[1] == "quarantined")


async def test_a_row_is_read_again_with_its_file(office: GivenOffice, broker: BrokerSoftware) -> None:
    brings(broker, "K-2;zu;kurz")
    async with console(office, ARRIVALS) as seen:
        await seen.lists(1)
        await seen.presses("r")
        await seen.waits(lambda: states(office)[0] == "stored")


async def test_a_file_is_read_otherwise(office: GivenOffice, broker: BrokerSoftware) -> None:
    brings(broker, "K-2;zu;kurz")

    def options() -> object:
        return arrivals_of(office)[0].options.get("encoding")

    async with console(office, ARRIVALS) as seen:
        await seen.lists(1)
        await seen.presses("e")
        await seen.shows(Form)
        await seen.sees("encoding")
        await seen.types("cp1252")
        await seen.presses("f2")
        await seen.waits(lambda: options() == "cp1252")


async def test_a_mapping_that_is_not_there_is_a_message(office: GivenOffice, broker: BrokerSoftware) -> None:
    brings(broker, "K-2;zu;kurz")
    async with console(office, ARRIVALS) as seen:
        await seen.lists(1)
        await seen.presses("e")
        form = await seen.shows(Form)
        await seen.sees("mapping")
        form.row("mapping").control.value = "/nirgends/zuordnung.toml"
        await seen.presses("f2")
        await seen.sees("/nirgends/zuordnung.toml")
    assert states(office) == ["applied", "quarantined"]


@pytest.mark.parametrize(
    ("state", "said"), [("applied", "It has been applied."), ("stored", "It waits to be applied already.")]
)
async def test_what_was_not_put_back_says_why_it_is_not_read_again(
    office: GivenOffice, broker: BrokerSoftware, state: str, said: str
) -> None:
    _changed(office, broker, lambda file: setattr(file, "state", state))
    async with console(office, ARRIVALS, view="row:missing") as seen:
        await seen.lists(1)
        await seen.presses("e")
        await seen.sees(said)
        assert not seen.has_dialog


def _changed(office: GivenOffice, broker: BrokerSoftware, change: Callable[[Arrival], None]) -> None:
    brings(broker)
    with office.store.write() as session:
        change(session.get_one(Arrival, arrivals_of(office)[0].id))


async def test_the_overview_leads_here(office: GivenOffice, broker: BrokerSoftware) -> None:
    brings(broker, "K-2;zu;kurz")
    async with console(office, OVERVIEW, view="text:*could*") as seen:
        await seen.lists(1)
        await seen.presses("enter")
        await seen.waits(lambda: seen.console.area_number == ARRIVALS)
        await seen.lists(1)


async def test_reasons_are_grouped_whatever_their_values(office: GivenOffice, broker: BrokerSoftware) -> None:
    brings(broker, "K-2;zu;kurz", "K-3;viel;zu;kurz")
    async with console(office, ARRIVALS) as seen:
        await seen.lists(2)
        await seen.presses("o")
        await seen.sees("… cell instead of …")
        await seen.presses("enter")
        await seen.waits(lambda: "reason:" in seen.pane.condition)
        await seen.lists(2)


@pytest.mark.parametrize("keys", [(), ("tab",)])
async def test_hostile_text_stays_text(
    office: GivenOffice, broker: BrokerSoftware, keys: tuple[str, ...]
) -> None:
    brings(broker, f"{HOSTILE};{HOSTILE}")
    with office.store.write() as session:
        for one in arrivals_of(office):
            session.get_one(Arrival, one.id).name = HOSTILE
    async with console(office, ARRIVALS, size=WIDE) as seen:
        await seen.lists(1)
        await seen.presses(*keys)
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
