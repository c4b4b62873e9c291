"""changes: from what to what, beside the event; and what waits for whom, found by its order

Compatible with the running release: a table more, which nothing that runs already writes or reads,
and two indexes.
Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
WAITING = {
    "ix_registration_organisation_next": "organisation_id",
    "ix_registration_owner_next": "owner_id",
}


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "change",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("partner_sees", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_change_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_event_id"), ["event_id"], unique=False)
    for name, column in WAITING.items():
        op.create_index(name, "registration", [column, "next_side", "next_by", "id"])


def downgrade() -> None:
    """Take the schema back; what was changed from what to what is lost."""
    for name in WAITING:
        op.drop_index(name, "registration")
    op.drop_table("change")
