"""previews: small pictures of kept files, tied to their originals

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL. Files that are kept
already have no previews; those that come from here on get them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MEASURES = ("page", "width", "height")


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("kept_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("original_id", ROW, nullable=True))
        for name in MEASURES:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("kept_file", schema=None) as batch_op:
        for name in MEASURES:
            batch_op.alter_column(name, existing_type=sa.Integer(), server_default=None)
        batch_op.create_foreign_key(
            batch_op.f("fk_kept_file_original_id"),
            "kept_file",
            ["original_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_kept_file_original_id_page"), ["original_id", "page"]
        )
        batch_op.create_index(batch_op.f("ix_kept_file_digest"), ["digest"], unique=False)
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_file_id"), ["file_id"], unique=False)


def downgrade() -> None:
    """Take the schema back; the previews are lost, and the sweep lets go of their contents."""
    op.execute("DELETE FROM kept_file WHERE original_id IS NOT NULL")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_file_id"))
    with op.batch_alter_table("kept_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_file_digest"))
        batch_op.drop_constraint(batch_op.f("uq_kept_file_original_id_page"), type_="unique")
        batch_op.drop_constraint(batch_op.f("fk_kept_file_original_id"), type_="foreignkey")
        for name in ("original_id", *MEASURES):
            batch_op.drop_column(name)
