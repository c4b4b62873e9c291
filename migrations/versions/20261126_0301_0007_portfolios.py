"""portfolios: rules for the partners of each channel manager

What stands in a portfolio so far becomes a rule for each partner. Reviewed by hand; tried up, down
and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Whoever is no channel manager has no portfolio; the role was asked, so nothing is lost.
STRAY = """DELETE FROM portfolio_entry WHERE membership_id NOT IN
    (SELECT id FROM membership WHERE role = 'channel_manager')"""
EACH = """INSERT INTO portfolio_rule (membership_id, kind, value)
    SELECT e.membership_id, 'partner', o.reference
    FROM portfolio_entry e JOIN organisation o ON o.id = e.organisation_id
    ORDER BY e.membership_id, o.id"""


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "portfolio_rule",
        sa.Column("membership_id", ROW, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("id", ROW, nullable=False),
        sa.CheckConstraint(
            "kind IN ('all', 'partner', 'country', 'product')",
            name=op.f("ck_portfolio_rule_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_portfolio_rule_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_rule")),
        sa.UniqueConstraint(
            "membership_id", "kind", "value", name=op.f("uq_portfolio_rule_membership_id_kind_value")
        ),
    )
    with op.batch_alter_table("portfolio_rule", schema=None) as batch_op:
        batch_op.create_index("ix_portfolio_rule_kind", ["kind", "value"], unique=False)
    op.execute(STRAY)
    op.execute(EACH)


def downgrade() -> None:
    """Take the schema back; portfolios stay as the rules made them last."""
    op.drop_table("portfolio_rule")
