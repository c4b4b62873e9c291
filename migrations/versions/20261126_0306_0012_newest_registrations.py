"""newest registrations: found in order also by who sees those of many organisations

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


TABLE, BY_STATUS, NEWEST = "registration", "ix_registration_status", ["changed_at", "reference"]


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index("ix_registration_all", TABLE, NEWEST)
    op.drop_index(BY_STATUS, TABLE)
    op.create_index(BY_STATUS, TABLE, ["status", *NEWEST])


def downgrade() -> None:
    """Take it back."""
    op.drop_index(BY_STATUS, TABLE)
    op.create_index(BY_STATUS, TABLE, ["status", "next_by", "id"])
    op.drop_index("ix_registration_all", TABLE)
