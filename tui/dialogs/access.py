"""Zugang: how a partner account stands, new credentials, test log-in, trial or live, pause."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from core.errors import LeitstandError, WrongUsage
from core.locale import Message, _
from jobs.commands.accounts import (
    CREDENTIALS,
    WHY_AN_APPLICATION_PASSWORD,
    AccountState,
    account_states,
)
from jobs.commands.words import MODES, word
from tui.blocks import Block, Fact, Heading, Paragraph, rendered
from tui.dialogs.dialog import Dialog, Fields, Key
from tui.dialogs.fields import Asks, read_day
from tui.dialogs.form import Form
from tui.dialogs.picking import Picking
from tui.dialogs.question import Answer, Asked, Question
from tui.dialogs.rows import Row
from tui.lines import Span
from tui.shown import Shown, fitted
from tui.signs import Tone

if TYPE_CHECKING:
    from core.accounts.breaker import Pause
    from core.office import Office

BREAKERS = {
    "credentials": _("credentials"),
    "endpoint": _("partner out of reach"),
    "throttle": _("asked to wait"),
    "certificate": _("certificate"),
}
NAME_WIDTH = 20


def read_states(office: Office) -> list[AccountState]:
    """Every account, and every partner that has none yet."""
    with office.store.read() as session:
        return account_states(session, office)


def account_list(shown: Shown, states: Sequence[AccountState]) -> Picking:
    """The dialog to choose an account; it ends with its name."""
    return Picking(shown, _("Accounts"), [_row(shown, one) for one in states])


def _row(shown: Shown, one: AccountState) -> Row:
    is_fine = one.gate.room > 0
    sign = shown.signs.delivered if is_fine else shown.signs.warning
    mode = word(MODES, one.account.mode if one.account else "trial")
    said = one.gate.reason or _("Everything may go out.")
    return Row(
        (
            Span(f" {sign} ", Tone.GOOD if is_fine else Tone.WARNING),
            Span(f"{fitted(shown.text(one.name), NAME_WIDTH)} "),
            Span(f"{fitted(shown.text(mode), 13)} ", Tone.ACCENT),
            Span(shown.text(said), Tone.DIM),
        ),
        one.name,
    )


class Access(Dialog[None]):
    """One account; what is done here is done at once, and the queue follows."""

    SIZE = "-middle"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "credentials", id="dialog.credentials", show=False),
        Binding("t", "test", id="dialog.test", show=False),
        Binding("m", "mode", id="dialog.mode", show=False),
        Binding("p", "pause", id="dialog.pause", show=False),
        Binding("down,j", "scroll(1)", id="dialog.down", show=False),
        Binding("up,k", "scroll(-1)", id="dialog.up", show=False),
    ]

    def __init__(
        self, shown: Shown, office: Office, state: AccountState, changed: Callable[[], None]
    ) -> None:
        super().__init__(shown, _("Account {name}", name=state.name))
        self.office, self.state, self.changed = office, state, changed
        self.pauses: Sequence[Pause] = ()

    def body(self) -> Iterable[Widget]:
        """How it stands."""
        with Fields(classes="facts"):
            yield Static(markup=False, id="access")

    def keys(self) -> Sequence[Key]:
        """What can be done to it."""
        paused = _("Resume") if self.pauses else _("Pause")
        other = MODES["trial"] if self._is_live else _("Go live")
        return (("n", _("Credentials")), ("t", _("Test log-in")), ("m", other), ("p", paused))

    @property
    def _is_live(self) -> bool:
        return self.state.account is not None and self.state.account.mode == "live"

    def on_mount(self) -> None:
        """As it was read; pauses follow."""
        super().on_mount()
        self.draw()
        self.look()

    def on_resize(self) -> None:
        """Wrapped anew."""
        if self.is_mounted:
            self.draw()

    def draw(self) -> None:
        """How it stands."""
        static = self.query_one("#access", Static)
        static.update(rendered(self.blocks(), self.shown, max(30, static.size.width)))

    def blocks(self) -> Iterator[Block]:
        """State, mode, breakers, pauses, findings."""
        one, account = self.state, self.state.account
        tone = {"set": Tone.GOOD, "missing": Tone.ERROR, "refused": Tone.ERROR}[one.credentials]
        yield Fact(_("Credentials"), CREDENTIALS[one.credentials], tone)
        yield Fact(
            _("Mode"),
            word(MODES, account.mode if account else "trial"),
            Tone.GOOD if self._is_live else Tone.WARNING,
        )
        yield Fact(_("Waits because"), one.gate.reason or "", Tone.WARNING)
        yield Fact(_("Until"), one.gate.until)
        if account is not None:
            yield Fact(_("User"), account.user)
            yield Fact(_("Member number"), account.member_number)
            yield Fact(_("Application password"), account.application_password)
            yield Fact(_("Valid until"), account.expires_on)
            yield Fact(_("Refused at"), account.refused_at if account.is_refused else None)
        for breaker in one.breakers:
            if breaker.is_open:
                yield Heading(_("Breaker: {kind}", kind=word(BREAKERS, breaker.kind)))
                yield Paragraph(breaker.message(), Tone.WARNING)
                yield Fact(_("Since when"), breaker.opened_at)
                yield Fact(_("Until"), breaker.until)
        for pause in self.pauses:
            yield Heading(_("Paused by {by}", by=pause.by))
            yield Paragraph(pause.reason)
            yield Fact(_("What is paused"), scope_said(pause.scope))
            yield Fact(_("Since when"), pause.at)
            yield Fact(_("Until"), pause.until)
        for finding in one.findings:
            yield Heading(f"{finding.rule} {finding.name}")
            yield Paragraph(finding.message)

    @property
    def said(self) -> str:
        """What can be read in it."""
        return rendered(self.blocks(), self.shown, 76).plain

    def action_scroll(self, step: int) -> None:
        """Up or down."""
        self.query_one(Fields).scroll_relative(y=step, animate=False)

    def look(self) -> None:
        """Reads it anew."""
        name = self.state.name

        def work() -> tuple[AccountState, list[Pause]]:
            from core.accounts.pausing import pauses

            state = next(one for one in read_states(self.office) if one.name == name)
            scopes = ("queue", f"partner:{state.partner}", f"account:{name}")
            with self.office.store.read() as session:
                return state, [one for one in pauses(session, self.office.now) if one.scope in scopes]

        def then(read: tuple[AccountState, list[Pause]]) -> None:
            self.state, self.pauses = read
            self.draw()
            self.show_keys()

        self.behind(lambda _cancelled: work(), then, group="state")

    def _done(self, message: Message | None) -> None:
        if message is not None:
            self.tell(message, Tone.GOOD)
            self.look()
            self.changed()

    def _refused(self, message: Message) -> None:
        self.complain(message)
        self.look()
        self.changed()

    # what can be done

    def action_credentials(self) -> None:
        """Asks for new ones."""
        self.over(credentials_form(self.shown, self.office, self.state), self._done)

    def action_test(self) -> None:
        """Logs in once; how often is limited, so that the partner locks nothing."""
        name = self.state.name

        def work() -> Message:
            from core.outbox.connect import test_login

            test_login(self.office, name)
            return _("The partner accepts {account}. What waited for it goes out.", account=name)

        self.tell(_("Logging in …"))
        self.behind(lambda _cancelled: work(), self._done, group="test", failed=self._refused)

    def action_mode(self) -> None:
        """Trial or live; an admin decides, and going live is asked for once more."""
        from core.operators import Role

        try:
            self.office.require(Role.ADMIN)
        except LeitstandError as error:
            self.complain(error.message)
            return
        if self._is_live:
            self._switch("trial", _("{account} is on trial: nothing is sent.", account=self.state.name))
            return
        details = (_("What waits is sent to the partner, and so is what comes after it."),)
        asked = Asked(_("Switch {account} to live", account=self.state.name), 0, pressed="m", details=details)
        self.over(GoingLive(self.shown, asked), self._went_live)

    def _went_live(self, answer: Answer | None) -> None:
        if answer is not None:
            self._switch("live", _("{account} is live: what waits goes out.", account=self.state.name))

    def _switch(self, mode: str, said: Message) -> None:
        from core.accounts import account as accounts

        name = self.state.name

        def work() -> Message:
            accounts.set_mode(self.office, name, accounts.Mode(mode))
            return said

        self.behind(lambda _cancelled: work(), self._done, group="mode")

    def action_pause(self) -> None:
        """Stops what goes out to it for a while, or has it go on."""
        if not self.pauses:
            self.over(pause_form(self.shown, self.office, self.state), self._done)
            return
        scope = self.pauses[0].scope

        def work() -> Message:
            from core.accounts.pausing import resume

            resume(self.office, scope)
            return _("{scope}: goes on.", scope=scope_said(scope))

        self.behind(lambda _cancelled: work(), self._done, group="pause")


class GoingLive(Question):
    """Asks whether an account is to send; there is no number to it."""

    def keys(self) -> Sequence[Key]:
        """One key, and it is not the one that led here."""
        return ((self.yes, _("Yes, go live")),)

    def _blocks(self) -> Iterable[Block]:
        return [Paragraph(detail, Tone.WARNING) for detail in self.asked.details]


def scope_said(scope: str) -> Message:
    """What a pause is about, in words."""
    kind, _colon, name = scope.partition(":")
    if kind == "partner":
        return _("everything to {partner}", partner=name)
    return _("the account {name}", name=name) if kind == "account" else _("the whole queue")


def credentials_form(shown: Shown, office: Office, state: AccountState) -> Form:
    """Asks for name, password and the rest; stored in a thread, never shown."""
    before = state.account
    yes_or_no = ((True, _("Yes")), (False, _("No")))
    fields = [
        Asks("user", _("User name"), value=before.user if before else "", required=True),
        Asks("password", _("Password"), _("Not shown while it is typed."), required=True, masked=True),
        Asks("member_number", _("Member number"), value=before.member_number if before else ""),
        Asks(
            "application_password",
            _("Application password?"),
            _("Made at the partner for this program alone."),
            None,
            required=True,
            options=yes_or_no,
        ),
        Asks("expires_on", _("Valid until"), _("The last day, where it is known."), read=read_day),
    ]

    def store(values: Mapping[str, Any]) -> Message:
        from core.accounts.account import NewCredentials, set_credentials

        set_credentials(office, state.name, state.partner, NewCredentials(**values))
        return _("Stored. t tries to log in with them, once.")

    title = _("New credentials for {name}", name=state.name)
    intro = [Paragraph(WHY_AN_APPLICATION_PASSWORD, Tone.DIM)]
    return Form(shown, title, fields, store, intro=intro, does=_("Store"))


def pause_form(shown: Shown, office: Office, state: AccountState) -> Form:
    """Asks what to pause, why, and until when."""
    scopes = [f"account:{state.name}", f"partner:{state.partner}", "queue"]
    if state.account is None:
        del scopes[0]
    zone = ZoneInfo(office.settings.time_zone)
    fields = [
        Asks("scope", _("What"), value=scopes[0], options=[(one, scope_said(one)) for one in scopes]),
        Asks("reason", _("Reason"), _("Shown to everybody, kept in the journal."), required=True),
        Asks(
            "until",
            _("Until"),
            _("31.12.2026 or 31.12.2026 08:00; empty: until it is resumed."),
            read=lambda text: read_moment(text, zone),
        ),
    ]

    def store(values: Mapping[str, Any]) -> Message:
        from core.accounts.pausing import pause

        made = pause(office, values["scope"], values["reason"], values["until"])
        return _("{scope}: paused.", scope=scope_said(made.scope))

    return Form(shown, _("Pause"), fields, store, does=_("Pause"))


def read_moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A moment where the office is; a day alone ends with it, nothing is None. Raises WrongUsage."""
    for form in ("%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"):
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=zone)
        except ValueError:
            continue
    try:
        day = read_day(text)
    except WrongUsage:
        raise WrongUsage(
            _("“{value}” is no time; write 31.12.2026 or 31.12.2026 08:00", value=text.strip())
        ) from None
    return None if day is None else datetime.combine(day, time.max, zone)
