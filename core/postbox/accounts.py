"""The accounts whose post is fetched; apart, because every schedule asks for them."""

from __future__ import annotations

from sqlmodel import col, select

from core.accounts.account import Account
from core.office import Office


def accounts_with_post(office: Office) -> list[str]:
    """The accounts that have credentials and whose partner has a postbox."""
    with office.store.read() as session:
        query = select(Account).where(col(Account.version) > 0).order_by(col(Account.name))
        return [one.name for one in session.exec(query) if one.partner in office.postboxes]
