"""quota: for which organisation each kept file counts

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL. What is kept already
counts for the organisation of its record.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("kept_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_id", ROW, nullable=True))
        batch_op.create_index(
            batch_op.f("ix_kept_file_organisation_id"), ["organisation_id"], unique=False
        )
    for table in ("registration", "deal"):
        op.execute(
            f"UPDATE kept_file SET organisation_id = (SELECT r.organisation_id FROM attachment a"
            f" JOIN {table} r ON r.reference = a.record WHERE a.file_id = kept_file.id)"
            f" WHERE organisation_id IS NULL"
        )


def downgrade() -> None:
    """Take the schema back."""
    with op.batch_alter_table("kept_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_file_organisation_id"))
        batch_op.drop_column("organisation_id")
