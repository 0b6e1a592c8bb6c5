from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from core.accounts.account import Account
from core.accounts.pausing import pauses
from core.operators import Operator, Role
from jobs.sandbox.client import VemaSandbox
from tests.support.customers import customer
from tests.support.offices import ACCOUNT, GivenOffice, OpenAnOffice
from tests.tui.dialogs.seeing import HOSTILE, VEMA, Seen, console
from tui.dialogs.access import Access, read_moment
from tui.dialogs.form import Form
from tui.dialogs.picking import Picking
from tui.dialogs.question import Question

pytestmark = pytest.mark.anyio
BERLIN = ZoneInfo("Europe/Berlin")


async def access(seen: Seen) -> Access:
    await seen.presses("z")
    return await seen.shows(Access)


def account(office: GivenOffice) -> Account:
    with office.store.read() as session:
        return session.get_one(Account, ACCOUNT)


@pytest.fixture
def locked_out(open_an_office: OpenAnOffice, vema: VemaSandbox) -> GivenOffice:
    """An office whose password VEMA has refused; a transfer waits for another one."""
    office = open_an_office(account=False)
    office.has_account(vema, password="veraltet")
    office.has(customer("K-1"))
    office.deliver()
    return office


async def test_a_row_that_waits_for_credentials_leads_to_its_account(locked_out: GivenOffice) -> None:
    async with console(locked_out, VEMA, view="") as seen:
        await seen.lists(1)
        dialog = await access(seen)
        assert "refused" in dialog.said
        assert "Breaker: credentials" in dialog.said
        assert "Since" in dialog.said


async def test_new_credentials_and_a_log_in_let_the_queue_go_on(
    locked_out: GivenOffice, vema: VemaSandbox
) -> None:
    async with console(locked_out, VEMA, view="") as seen:
        await seen.lists(1)
        await access(seen)
        await seen.presses("n")
        form = await seen.shows(Form)
        form.row("user").control.value = vema.credentials.name
        form.row("member_number").control.value = vema.credentials.member
        form.row("password").control.focus()
        await seen.types(vema.credentials.password)
        assert vema.credentials.password not in seen.screen
        form.row("application_password").control.choose(True)
        await seen.presses("f2")
        dialog = await seen.shows(Access)
        await seen.waits(lambda: "Stored" in dialog.told)
        await seen.presses("t")
        await seen.waits(lambda: "accepts" in dialog.told)
        await seen.waits(lambda: "Breaker" not in dialog.said)
    breaker = locked_out.breaker("credentials")
    assert breaker is not None
    assert not breaker.is_open
    assert account(locked_out).application_password is True
    locked_out.deliver()
    assert locked_out.states() == ["delivered"]


async def test_a_log_in_too_many_is_refused_and_said(locked_out: GivenOffice) -> None:
    async with console(locked_out, VEMA, view="") as seen:
        await seen.lists(1)
        dialog = await access(seen)
        await seen.presses("t")
        await seen.waits(lambda: "No test log-in" in dialog.told)


async def test_whether_it_is_an_application_password_has_to_be_said(office: GivenOffice) -> None:
    async with console(office) as seen:
        await access(seen)
        await seen.presses("n")
        form = await seen.shows(Form)
        await seen.sees("Tip")
        form.row("password").control.value = "geheim"
        await seen.presses("f2")
        await seen.sees("Choose one.")
    assert account(office).version == 1


async def test_what_cannot_be_stored_is_said_and_stays_typed(office: GivenOffice) -> None:
    async with console(office) as seen:
        await access(seen)
        await seen.presses("n")
        form = await seen.shows(Form)
        form.row("password").control.value = "geheim\u200b"
        form.row("application_password").control.choose(False)
        await seen.presses("f2")
        await seen.waits(lambda: "cannot be seen" in form.told)
        assert form.row("password").typed == "geheim\u200b"


async def test_going_live_is_asked_for_once_more(
    open_an_office: OpenAnOffice, vema: VemaSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Question, "HELD", 0.01)
    office = open_an_office(account=False)
    office.has_account(vema, live=False)
    async with console(office) as seen:
        dialog = await access(seen)
        await seen.presses("m")
        question = await seen.shows(Question)
        await seen.waits(lambda: question.hears)
        await seen.presses("m", "enter")
        await seen.waits(lambda: seen.dialog is dialog)
        assert account(office).mode == "trial"
        await seen.presses("m")
        question = await seen.shows(Question)
        await seen.waits(lambda: question.hears)
        await seen.presses("y")
        await seen.waits(lambda: account(office).mode == "live")
        await seen.waits(lambda: "live" in dialog.told)


async def test_only_admins_switch_the_mode(office: GivenOffice) -> None:
    async with console(office.acting_as(Operator("ay", Role.CLERK))) as seen:
        dialog = await access(seen)
        await seen.presses("m")
        await seen.waits(lambda: "may not do this" in dialog.told)
    assert account(office).mode == "live"


async def test_an_account_is_paused_with_a_reason_and_goes_on_again(office: GivenOffice) -> None:
    async with console(office) as seen:
        dialog = await access(seen)
        await seen.presses("p")
        form = await seen.shows(Form)
        await seen.presses("f2")
        await seen.sees("This is needed.")
        form.row("reason").control.value = "Wartung beim Partner"
        form.row("until").control.value = "24.12.2026 08:00"
        await seen.presses("f2")
        await seen.waits(lambda: seen.dialog is dialog)
        await seen.waits(lambda: "Wartung beim Partner" in dialog.said)
        with office.store.read() as session:
            made = pauses(session, office.now)
        assert [(one.scope, one.until) for one in made] == [
            (f"account:{ACCOUNT}", datetime(2026, 12, 24, 8, tzinfo=BERLIN))
        ]
        await seen.presses("p")
        await seen.waits(lambda: "Wartung beim Partner" not in dialog.said)
    with office.store.read() as session:
        assert pauses(session, office.now) == []


async def test_where_there_are_several_accounts_one_is_chosen(office: GivenOffice) -> None:
    with office.store.write() as session:
        session.add(Account(name="zweiter", partner="vema", created_at=office.now))
    async with console(office) as seen:
        await seen.presses("z")
        await seen.shows(Picking)
        await seen.sees("zweiter")
        await seen.presses("down", "enter")
        dialog = await seen.shows(Access)
        assert "missing" in dialog.said


def test_a_pause_until_a_day_ends_with_it() -> None:
    until = read_moment("24.12.2026", BERLIN)
    assert until is not None
    assert (until.day, until.hour, until.minute) == (24, 23, 59)
    assert read_moment(" ", BERLIN) is None


async def test_hostile_text_stays_text(office: GivenOffice) -> None:
    office.pause(HOSTILE, f"account:{ACCOUNT}")
    async with console(office) as seen:
        dialog = await access(seen)
        await seen.waits(lambda: "[red]x[/]" in dialog.said)
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
