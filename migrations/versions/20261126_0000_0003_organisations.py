"""organisations: who looks after them, how they are reached, and since when they stand where

Compatible with the running release: columns that may be empty, which nothing that runs already
writes or reads. Reviewed by hand; tried up, down and up with data on SQLite and
PostgreSQL. When an organisation of before entered its status is not known, and stays empty.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DATES = ("invited_at", "onboarding_at", "active_at", "suspended_at", "ended_at")
TEXTS = (("contact_email", 254), ("contact_phone", 40))


def upgrade() -> None:
    """Bring the schema forward."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("organisation", sa.Column("account_manager_id", number, nullable=True))
    for name, length in TEXTS:
        op.add_column("organisation", sa.Column(name, sa.String(length), nullable=True))
    for name in DATES:
        op.add_column("organisation", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take the schema back; account managers, ways to reach a company and dates are lost."""
    with op.batch_alter_table("organisation") as batch_op:
        for name in (*reversed(DATES), *(name for name, _length in TEXTS), "account_manager_id"):
            batch_op.drop_column(name)
