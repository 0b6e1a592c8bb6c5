"""What conditions can say of transfers; the areas add the fields of what is carried."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.inquiries.standing import is_asked
from core.outbox.standing import assigned_to_either, due_of_either
from core.outbox.transfer import CauseCode, State, Step, Transfer
from core.rulebook.condition import (
    AgeField,
    AnyField,
    Choice,
    ChoiceField,
    DateField,
    Flag,
    FlagField,
    NumberField,
    TextField,
    Vocabulary,
)

STATES = (
    Choice(State.HELD.value, "held", "angehalten"),
    Choice(State.PENDING.value, "pending", "wartend", ("waiting",)),
    Choice(State.SENDING.value, "sending", "wird-gesendet", ("being sent", "wird gesendet")),
    Choice(State.DELIVERED.value, "delivered", "übertragen"),
    Choice(State.FAILED.value, "failed", "fehlgeschlagen"),
    Choice(State.UNCERTAIN.value, "uncertain", "unklar"),
    Choice(State.DISCARDED.value, "discarded", "verworfen"),
)
# What lists show is understood as well; `jobs.commands.words` has it.
CAUSES = (
    Choice(CauseCode.FINDINGS.value, "findings", "befunde"),
    Choice(
        CauseCode.FIRST_UNKNOWN.value,
        "first-unknown",
        "erstübertragung",
        ("first transfer?", "erstübertragung?"),
    ),
    Choice(
        CauseCode.UNSENDABLE.value, "unsendable", "nicht-sendbar", ("cannot be written", "nicht darstellbar")
    ),
    Choice(CauseCode.OPERATOR.value, "operator", "sachbearbeiter"),
    Choice(CauseCode.REPLACED.value, "replaced", "ersetzt"),
    Choice(CauseCode.OBSOLETE.value, "obsolete", "hinfällig", ("needless",)),
    Choice(CauseCode.TAKEN_BACK.value, "taken-back", "zurückgenommen", ("taken back",)),
    Choice(CauseCode.CREDENTIALS.value, "credentials", "zugang"),
    Choice(CauseCode.DATA.value, "data", "daten"),
    Choice(CauseCode.OUTAGE.value, "outage", "ausfall"),
    Choice(CauseCode.TLS.value, "certificate", "zertifikat", ("tls",)),
    Choice(CauseCode.THROTTLE.value, "throttle", "gedrosselt", ("throttled",)),
    Choice(CauseCode.TIMEOUT.value, "timeout", "zeitüberschreitung", ("no answer", "keine antwort")),
    Choice(CauseCode.PROTOCOL.value, "protocol", "protokoll", ("unreadable answer", "unlesbare antwort")),
    Choice(CauseCode.WORKER_DIED.value, "worker-died", "abbruch", ("worker died", "worker abgebrochen")),
    Choice(CauseCode.ATTEMPTS.value, "attempts", "versuche", ("tried too often", "zu oft versucht")),
    Choice(
        CauseCode.TWO_REFERENCES.value,
        "two-references",
        "doppelt",
        ("twice at the partner", "doppelt beim partner"),
    ),
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
        TextField(
            "assigned",
            "bearbeiter",
            lambda one: one.assigned,
            folded_column=assigned_to_either(),
            aliases=("zugewiesen",),
        ),
        DateField("due", "wiedervorlage", lambda one: one.due, due_of_either(), aliases=("fällig",)),
        FlagField(
            flags=(
                Flag("stuck", "offen", "state:held OR state:failed OR state:uncertain", ("steckt",)),
                Flag("open", "unerledigt", lambda one: one.is_open),
                Flag(
                    "asked",
                    "gefragt",
                    lambda one: one.asked_until is not None,
                    ("waiting", "wartet"),
                    lambda: is_asked(Transfer.kind, Transfer.subject_id),
                ),
                Flag("due", "fällig", "due:<=today"),
            )
        ),
    ]
