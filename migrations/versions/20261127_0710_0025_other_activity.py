"""other activity: what "something else" was that a partner did with a customer

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL. Nobody was asked before,
so it says nothing of what is there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("other_activity", sa.String(length=120), server_default="", nullable=False)
        )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.alter_column(
            "other_activity", existing_type=sa.String(length=120), server_default=None
        )


def downgrade() -> None:
    """Take the schema back."""
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_column("other_activity")
