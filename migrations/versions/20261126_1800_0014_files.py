"""files: contents kept under random keys, and the files of registrations and deals

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

RECORDS = ("registration", "deal")
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema forward."""
    for table in RECORDS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(
                sa.Column("has_files", sa.Boolean(), nullable=False, server_default=sa.false())
            )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("has_files", existing_type=sa.Boolean(), server_default=None)
    op.create_table(
        "kept_file",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("mime", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("id", ROW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_file")),
        sa.UniqueConstraint("key", name=op.f("uq_kept_file_key")),
    )
    op.create_table(
        "attachment",
        sa.Column("reference", sa.String(length=11), nullable=False),
        sa.Column("record", sa.String(length=11), nullable=False),
        sa.Column("file_id", ROW, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("membership_id", ROW, nullable=False),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("id", ROW, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["kept_file.id"], name=op.f("fk_attachment_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("reference", name=op.f("uq_attachment_reference")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_record"), ["record"], unique=False)


def downgrade() -> None:
    """Take the schema back; all files are lost."""
    op.drop_table("attachment")
    op.drop_table("kept_file")
    for table in RECORDS:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("has_files")
