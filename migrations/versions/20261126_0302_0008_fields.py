"""fields: what the vendor decided of them, its assessments of deals, its notes

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "field_setting",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_setting")),
    )
    op.create_table(
        "deal_assessment",
        sa.Column("deal_id", ROW, nullable=False),
        sa.Column("margin", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("risk", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("risk IN ('', 'low', 'medium', 'high')", name="risk"),
        sa.ForeignKeyConstraint(
            ["deal_id"],
            ["deal.id"],
            name=op.f("fk_deal_assessment_deal_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("deal_id", name=op.f("pk_deal_assessment")),
    )
    op.create_table(
        "note",
        sa.Column("record", sa.String(length=11), nullable=False),
        sa.Column("membership_id", ROW, nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", ROW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_record"), ["record"], unique=False)


def downgrade() -> None:
    """Take the schema back; assessments, notes and decisions are lost."""
    op.drop_table("note")
    op.drop_table("deal_assessment")
    op.drop_table("field_setting")
