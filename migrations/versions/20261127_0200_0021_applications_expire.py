"""applications: one that nobody answers expires after a reminder; which partner it became

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None

STATES = (
    "unverified", "submitted", "under_review", "needs_info", "approved", "rejected", "passed_on",
    "withdrawn",
)  # fmt: skip
NAME = "ck_application_status"


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("partner", sa.String(length=11), nullable=True))
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), _is_among(*STATES, "expired"))
    # Only after a way back: the history knows what had expired.
    op.execute(
        "UPDATE application SET status = 'expired' WHERE status = 'withdrawn' AND reference IN"
        " (SELECT chain FROM event WHERE tag = 'application:expire')"
    )


def downgrade() -> None:
    """Take the schema back; what expired is withdrawn until it comes again."""
    op.execute("UPDATE application SET status = 'withdrawn' WHERE status = 'expired'")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(NAME), type_="check")
        batch_op.create_check_constraint(op.f(NAME), _is_among(*STATES))
        batch_op.drop_column("partner")
        batch_op.drop_column("reminded_at")


def _is_among(*states: str) -> str:
    return f"status IN ({', '.join(f'{state!r}' for state in states)})"
