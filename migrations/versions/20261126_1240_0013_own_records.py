"""own records: found in order by owner and organisation, as those who see their own alone ask

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


TABLES, NEWEST = ("deal", "registration"), ["changed_at", "reference"]


def upgrade() -> None:
    """Bring the schema forward."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_owner", table)
        op.create_index(f"ix_{table}_owner", table, ["owner_id", "organisation_id", *NEWEST])


def downgrade() -> None:
    """Take it back."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_owner", table)
        op.create_index(f"ix_{table}_owner", table, ["owner_id", *NEWEST])
