"""${message}."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import core.store.columns

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds what this version needs."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Takes it away again."""
    ${downgrades if downgrades else "pass"}
