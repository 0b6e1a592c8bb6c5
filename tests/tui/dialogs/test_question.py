from __future__ import annotations

import pytest

from tests.support.customers import customer
from tests.support.offices import GivenOffice
from tests.tui.dialogs.seeing import HOSTILE, Seen, console
from tui.dialogs.question import Question, answer_keys

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def hears_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Question, "HELD", 0.01)


async def marked_and_partly_hidden(seen: Seen) -> Question:
    await seen.lists(3)
    await seen.presses("asterisk")
    seen.pane.filter_by("number:K-1")
    await seen.lists(1)
    await seen.waits(lambda: seen.pane.hidden_marks == 2)
    await seen.presses("r")
    question = await seen.shows(Question)
    await seen.waits(lambda: question.hears)
    return question


def three(office: GivenOffice) -> None:
    office.has(customer("K-1"), customer("K-2"), customer("K-3"))


async def test_marks_that_the_filter_hides_are_counted_and_named_before(office: GivenOffice) -> None:
    three(office)
    async with console(office, view="") as seen:
        await marked_and_partly_hidden(seen)
        await seen.sees("2 of them are hidden by the filter.")
        assert "3 records." in seen.screen
        assert "K-2" in seen.screen
        assert office.transfers() == []


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_enter_and_escape_cancel(office: GivenOffice, key: str) -> None:
    three(office)
    async with console(office, view="") as seen:
        await marked_and_partly_hidden(seen)
        await seen.presses(key)
        await seen.closes()
        await seen.idles()
    assert office.transfers() == []


async def test_one_key_confirms_for_all(office: GivenOffice) -> None:
    three(office)
    async with console(office, view="") as seen:
        await marked_and_partly_hidden(seen)
        await seen.presses("y")
        await seen.waits(lambda: len(office.transfers()) == 3)


async def test_another_key_confirms_for_those_that_can_be_seen(office: GivenOffice) -> None:
    three(office)
    async with console(office, view="") as seen:
        await marked_and_partly_hidden(seen)
        await seen.presses("v")
        await seen.closes()
        await seen.sees("done")
    assert [one.subject for one in office.transfers()] == ["K-1"]


async def test_keys_of_the_first_moment_are_not_heard(
    office: GivenOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    three(office)
    async with console(office, view="") as seen:
        await marked_and_partly_hidden(seen)
        await seen.presses("escape")
        await seen.closes()
        monkeypatch.setattr(Question, "HELD", 60.0)
        await seen.presses("r")
        await seen.shows(Question)
        await seen.presses("y", "enter", "v", "y")
        assert seen.has_dialog
        await seen.presses("escape")
        await seen.closes()
    assert office.transfers() == []


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("pressed", ["j", "y", "s", "v", "o", "l", "x"])
def test_the_key_that_asked_never_confirms(language: str, pressed: str) -> None:
    yes, only = answer_keys(language, pressed)
    assert pressed not in (yes, only)
    assert yes != only


async def test_hostile_names_stay_text(office: GivenOffice) -> None:
    office.has(customer("K-1", last_name=HOSTILE), customer("K-2", last_name=HOSTILE), customer("K-3"))
    async with console(office, view="") as seen:
        await marked_and_partly_hidden(seen)
        await seen.sees("[red]x[/]")
        assert seen.is_harmless()
