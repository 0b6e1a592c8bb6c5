"""What conditions can say of transfers; the areas add the fields of what is carried."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.outbox.transfer import CauseCode, State, Step, Transfer
from core.rulebook.condition import (
    AgeField,
    Choice,
    ChoiceField,
    Flag,
    FlagField,
    NumberField,
    TextField,
    Vocabulary,
)
from core.rulebook.condition.vocabulary import AnyField

STATES = (
    Choice(State.HELD.value, "held", "angehalten"),
    Choice(State.PENDING.value, "pending", "wartend", ("waiting",)),
    Choice(State.SENDING.value, "sending", "wird-gesendet"),
    Choice(State.DELIVERED.value, "delivered", "übertragen"),
    Choice(State.FAILED.value, "failed", "fehlgeschlagen"),
    Choice(State.UNCERTAIN.value, "uncertain", "unklar"),
    Choice(State.DISCARDED.value, "discarded", "verworfen"),
)
CAUSES = (
    Choice(CauseCode.FINDINGS.value, "findings", "befunde"),
    Choice(CauseCode.FIRST_UNKNOWN.value, "first-unknown", "erstübertragung"),
    Choice(CauseCode.UNSENDABLE.value, "unsendable", "nicht-sendbar"),
    Choice(CauseCode.OPERATOR.value, "operator", "sachbearbeiter"),
    Choice(CauseCode.REPLACED.value, "replaced", "ersetzt"),
    Choice(CauseCode.OBSOLETE.value, "obsolete", "hinfällig"),
    Choice(CauseCode.TAKEN_BACK.value, "taken-back", "zurückgenommen"),
    Choice(CauseCode.CREDENTIALS.value, "credentials", "zugang"),
    Choice(CauseCode.DATA.value, "data", "daten"),
    Choice(CauseCode.OUTAGE.value, "outage", "ausfall"),
    Choice(CauseCode.THROTTLE.value, "throttle", "gedrosselt"),
    Choice(CauseCode.TIMEOUT.value, "timeout", "zeitüberschreitung"),
    Choice(CauseCode.PROTOCOL.value, "protocol", "protokoll"),
    Choice(CauseCode.WORKER_DIED.value, "worker-died", "abbruch"),
    Choice(CauseCode.ATTEMPTS.value, "attempts", "versuche"),
    Choice(CauseCode.TWO_REFERENCES.value, "two-references", "doppelt"),
)
STEPS = (
    Choice(Step.WHOLE.value, "whole", "ganz"),
    Choice(Step.SHORT.value, "short", "kurz"),
    Choice(Step.FULL.value, "full", "voll"),
)


def transfer_vocabulary(carried: Iterable[AnyField] = ()) -> Vocabulary:
    """The fields of transfers, and those of what they carry."""
    return Vocabulary([*_own_fields(), *carried])


def payload_field(name: str, german: str, aliases: tuple[str, ...] = ()) -> TextField:
    """A field of the payload as it was queued, by attribute."""
    get: Callable[[Transfer], str] = lambda one: one.payload.get(name, "")  # noqa: E731
    return TextField(name, german, get, aliases=aliases)


def _own_fields() -> list[AnyField]:
    return [
        NumberField("id", "id", lambda one: one.id, Transfer.id),  # pyright: ignore
        ChoiceField("state", "zustand", lambda one: one.state, Transfer.state, choices=STATES),  # pyright: ignore
        ChoiceField("cause", "ursache", lambda one: one.cause_code, Transfer.cause_code, choices=CAUSES),  # pyright: ignore
        ChoiceField("step", "schritt", lambda one: one.step, Transfer.step, choices=STEPS),  # pyright: ignore
        TextField("partner", "partner", lambda one: one.partner),
        TextField("account", "zugang", lambda one: one.account),
        TextField("type", "art", lambda one: one.kind),
        TextField("subject", "kunde", lambda one: one.subject, aliases=("number", "kundennummer")),
        TextField("name", "name", lambda one: one.subject_name),
        TextField("reference", "referenz", lambda one: one.reference),
        NumberField("attempts", "versuche", lambda one: one.attempts, Transfer.attempts),  # pyright: ignore
        NumberField("revision", "fassung", lambda one: one.revision, Transfer.revision),  # pyright: ignore
        AgeField("age", "alter", lambda one: one.created_at),
        AgeField("changed", "geändert", lambda one: one.updated_at),
        FlagField(
            flags=(
                Flag("stuck", "offen", "state:held OR state:failed OR state:uncertain", ("steckt",)),
                Flag("open", "unerledigt", lambda one: one.is_open),
            )
        ),
    ]
