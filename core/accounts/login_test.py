"""Test log-ins: rate-limited, because the partner locks an account after a few wrong ones."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, col, select

from core.accounts.account import lock_account
from core.errors import NotAllowed
from core.locale import _
from core.store.columns import identity, moment

SHORT_SPAN, SHORT_LIMIT = timedelta(minutes=5), 1
LONG_SPAN, LONG_LIMIT = timedelta(minutes=30), 2


class LoginTest(SQLModel, table=True):
    """One log-in that an operator asked for, or one of the machine's that was refused.

    `accepted` is empty while it is under way.
    """

    __tablename__ = "login_test"  # pyright: ignore[reportAssignmentType]

    id: int | None = identity()
    account: str = Field(index=True)
    at: datetime = moment()
    by: str
    version: int
    accepted: bool | None = None


def remaining_tests(
    session: Session, account: str, version: int, now: datetime
) -> tuple[int, datetime | None]:
    """How many log-ins are left, and when the next is allowed (None: now).

    What the partner refused a delivery counts like a test. A log-in that was accepted counts no longer, and
    the first one with a new version is always allowed as long as the long limit holds: a typing error must
    not cost half an hour, a locked account would.
    """
    recent = session.exec(
        select(LoginTest)
        .where(col(LoginTest.account) == account, col(LoginTest.at) > now - LONG_SPAN)
        .where(col(LoginTest.accepted).is_not(True))
        .order_by(col(LoginTest.at))
    ).all()
    left = LONG_LIMIT - len(recent)
    if left <= 0:
        return 0, recent[-LONG_LIMIT].at + LONG_SPAN
    short = [test for test in recent if test.at > now - SHORT_SPAN and test.version == version]
    if len(short) >= SHORT_LIMIT:
        return left, short[0].at + SHORT_SPAN
    return left, None


def begin_test(session: Session, account: str, version: int, by: str, now: datetime) -> LoginTest:
    """Notes a log-in before it is tried. Raises NotAllowed where the limit is reached."""
    lock_account(session, account)
    left, allowed_at = remaining_tests(session, account, version, now)
    if allowed_at is not None:
        minutes = max(1, round((allowed_at - now).total_seconds() / 60))
        raise NotAllowed(
            _(
                "No test log-in for another {minutes} min ({left} of {limit} left): the partner locks "
                "accounts after wrong passwords.",
                minutes=minutes,
                left=left,
                limit=LONG_LIMIT,
            )
        )
    test = LoginTest(account=account, at=now, by=by, version=version)
    session.add(test)
    session.flush()
    return test


def forget_test(session: Session, test: int | None) -> None:
    """A log-in that never reached the partner was none."""
    session.delete(session.get_one(LoginTest, test))


def count_refusal(session: Session, account: str, version: int, by: str, now: datetime) -> None:
    """A delivery or a question was refused: that was a log-in, too, and the partner has counted it."""
    session.add(LoginTest(account=account, at=now, by=by, version=version, accepted=False))
