"""shares: one record shared with one person or one organisation

Compatible with the running release: a table of its own, and flags that are filled for all that is
there. Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
FLAGS = (
    ("membership", "holds_shares"),
    ("organisation", "holds_shares"),
    ("registration", "is_shared"),
    ("deal", "is_shared"),
)
PAIRS = (
    ("deal_id", "membership_id"),
    ("deal_id", "organisation_id"),
    ("registration_id", "membership_id"),
    ("registration_id", "organisation_id"),
)


def upgrade() -> None:
    """Bring the schema forward."""
    for table, name in FLAGS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(name, existing_type=sa.Boolean(), server_default=None)
    op.create_table(
        "share",
        sa.Column("reference", sa.String(length=11), nullable=False),
        sa.Column("deal_id", ROW, nullable=True),
        sa.Column("registration_id", ROW, nullable=True),
        sa.Column("membership_id", ROW, nullable=True),
        sa.Column("organisation_id", ROW, nullable=True),
        sa.Column("holder_name", sa.String(length=120), nullable=False),
        sa.Column("holder_place", sa.String(length=120), nullable=False),
        sa.Column("holder_side", sa.String(length=10), nullable=False),
        sa.Column("made_by_id", ROW, nullable=False),
        sa.Column("maker_name", sa.String(length=120), nullable=False),
        sa.Column("maker_place", sa.String(length=120), nullable=False),
        sa.Column("maker_side", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", ROW, nullable=False),
        sa.CheckConstraint("level IN ('view', 'edit')", name=op.f("ck_share_level")),
        sa.CheckConstraint(
            "(deal_id IS NULL) <> (registration_id IS NULL)", name=op.f("ck_share_record")
        ),
        sa.CheckConstraint(
            "(membership_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_share_holder")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"], [f"{table}.id"], name=op.f(f"fk_share_{table}_id")
            )
            for table in ("deal", "registration", "membership", "organisation")
        ),
        *(sa.UniqueConstraint(*pair, name=op.f("uq_share_" + "_".join(pair))) for pair in PAIRS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
        sa.UniqueConstraint("reference", name=op.f("uq_share_reference")),
    )
    with op.batch_alter_table("share", schema=None) as batch_op:
        for name in ("membership_id", "organisation_id"):
            batch_op.create_index(batch_op.f(f"ix_share_{name}"), [name], unique=False)


def downgrade() -> None:
    """Take the schema back; all shares are lost."""
    op.drop_table("share")
    for table, name in reversed(FLAGS):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(name)
