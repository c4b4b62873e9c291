"""access reviews: who was looked at in which month, whose mail comes back, where reviews wait

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mail_bounced_at", MOMENT, nullable=True))
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("has_access_reviews", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.alter_column("has_access_reviews", existing_type=sa.Boolean(), server_default=None)
    op.create_table(
        "access_review",
        sa.Column("reference", sa.String(length=11), nullable=False),
        sa.Column("organisation_id", ROW, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("to_look_at", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("signed_at", MOMENT, nullable=True),
        sa.Column("signed_by_id", ROW, nullable=True),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", ROW, nullable=False),
        sa.Column("next_side", sa.String(length=10), nullable=True),
        sa.Column("next_what", sa.String(length=32), nullable=True),
        sa.Column("next_by", MOMENT, nullable=True),
        sa.Column("next_membership_id", ROW, nullable=True),
        sa.CheckConstraint(
            "status IN ('open', 'with_security', 'signed_off')",
            name=op.f("ck_access_review_status"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_access_review_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_review")),
        sa.UniqueConstraint(
            "organisation_id", "month", name=op.f("uq_access_review_organisation_id_month")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_access_review_reference")),
    )
    with op.batch_alter_table("access_review", schema=None) as batch_op:
        batch_op.create_index("ix_access_review_next", ["next_side", "next_by", "id"])
        batch_op.create_index("ix_access_review_opened", ["opened_at", "reference"])
        batch_op.create_index("ix_access_review_status", ["status", "opened_at"])
    op.create_table(
        "access_review_item",
        sa.Column("reference", sa.String(length=11), nullable=False),
        sa.Column("review_id", ROW, nullable=False),
        sa.Column("membership_id", ROW, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("reach", sa.String(length=32), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("has_reasons", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.String(length=32), nullable=True),
        sa.Column("decided_by_id", ROW, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", ROW, nullable=False),
        sa.CheckConstraint(
            "decision IN ('keep', 'reduce', 'deactivate', 'reduced_by_clock')",
            name=op.f("ck_access_review_item_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["membership.id"],
            name=op.f("fk_access_review_item_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["access_review.id"], name=op.f("fk_access_review_item_review_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_review_item")),
        sa.UniqueConstraint(
            "review_id", "membership_id", name=op.f("uq_access_review_item_review_id_membership_id")
        ),
        sa.UniqueConstraint("reference", name=op.f("uq_access_review_item_reference")),
    )
    with op.batch_alter_table("access_review_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_review_item_membership_id"), ["membership_id"], unique=False
        )


def downgrade() -> None:
    """Take the schema back; the reviews are lost, what they changed of accesses stays."""
    op.drop_table("access_review_item")
    op.drop_table("access_review")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("has_access_reviews")
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_column("mail_bounced_at")
