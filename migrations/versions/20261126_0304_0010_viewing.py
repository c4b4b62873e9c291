"""viewing: as whom somebody of the vendor sees the portal, and who asks to come in

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "viewing",
        sa.Column("reference", sa.String(length=11), nullable=False),
        sa.Column("membership_id", ROW, nullable=False),
        sa.Column("viewed_id", ROW, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("id", ROW, nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_viewing_membership_id")
        ),
        sa.ForeignKeyConstraint(
            ["viewed_id"], ["membership.id"], name=op.f("fk_viewing_viewed_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing")),
        sa.UniqueConstraint("reference", name=op.f("uq_viewing_reference")),
    )
    with op.batch_alter_table("viewing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_viewing_membership_id"), ["membership_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_viewing_viewed_id"), ["viewed_id"], unique=False)
    op.create_table(
        "access_request",
        sa.Column("reference", sa.String(length=11), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("company", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", ROW, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("membership_id", ROW, nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", ROW, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_access_request_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_access_request_reference")),
    )
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_access_request_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            "uq_access_request_open",
            ["issuer", "subject"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("viewing_id", ROW, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_login_session_viewing_id"), "viewing", ["viewing_id"], ["id"]
        )
        batch_op.create_index(
            batch_op.f("ix_login_session_viewing_id"), ["viewing_id"], unique=False
        )


def downgrade() -> None:
    """Take the schema back; who saw the portal as whom stays in the history."""
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_viewing_id"))
        batch_op.drop_constraint(
            batch_op.f("fk_login_session_viewing_id"), type_="foreignkey"
        )
        batch_op.drop_column("viewing_id")
    op.drop_table("access_request")
    op.drop_table("viewing")
