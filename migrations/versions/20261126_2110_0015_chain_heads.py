"""chain heads: what the last event was appended to

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL. What the head of a
chain kept of its last event does not change; the column is filled by the next one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("chain_head", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("previous", sa.String(length=64), nullable=False, server_default="0" * 64)
        )


def downgrade() -> None:
    """Take the schema back."""
    with op.batch_alter_table("chain_head", schema=None) as batch_op:
        batch_op.drop_column("previous")
