"""people: invitations instead of join links, and since when a person is here

A link that was made before this step no longer opens; its person is invited anew.
Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
# When somebody was added and came in is told by their own history.
ADDED = """UPDATE membership SET added_at = COALESCE(
    (SELECT MIN(e.at) FROM event e
     WHERE e.chain = 'membership:' || membership.id AND e.tag = 'person:add'),
    CURRENT_TIMESTAMP)"""
JOINED = """UPDATE membership SET joined_at = COALESCE(
    (SELECT MIN(e.at) FROM event e
     WHERE e.chain = 'membership:' || membership.id AND e.tag = 'person:join'),
    added_at)
    WHERE EXISTS (SELECT 1 FROM user_identity i WHERE i.user_id = membership.user_id)"""


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.add_column(sa.Column("added_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("joined_at", MOMENT, nullable=True))
    op.execute(ADDED)
    op.execute(JOINED)
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.alter_column("added_at", existing_type=MOMENT, nullable=False)
    op.drop_table("join_link")
    op.create_table(
        "invitation",
        sa.Column("reference", sa.String(length=11), nullable=False),
        sa.Column("membership_id", ROW, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("invited_by_id", ROW, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("voided_at", MOMENT, nullable=True),
        sa.Column("id", ROW, nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_invitation_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("reference", name=op.f("uq_invitation_reference")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitation_membership_id"), ["membership_id"], unique=False
        )
    op.create_table(
        "invitation_list",
        sa.Column("reference", sa.String(length=11), nullable=False),
        sa.Column("organisation_id", ROW, nullable=False),
        sa.Column("made_by_id", ROW, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("id", ROW, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_invitation_list_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation_list")),
        sa.UniqueConstraint("reference", name=op.f("uq_invitation_list_reference")),
    )
    with op.batch_alter_table("invitation_list", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitation_list_organisation_id"), ["organisation_id"], unique=False
        )
    op.create_table(
        "email_change",
        sa.Column("reference", sa.String(length=11), nullable=False),
        sa.Column("user_id", ROW, nullable=False),
        sa.Column("membership_id", ROW, nullable=False),
        sa.Column("old_email", sa.String(length=254), nullable=False),
        sa.Column("new_email", sa.String(length=254), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("voided_at", MOMENT, nullable=True),
        sa.Column("id", ROW, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_email_change_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_change")),
        sa.UniqueConstraint("reference", name=op.f("uq_email_change_reference")),
    )
    with op.batch_alter_table("email_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_email_change_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    """Take the schema back; open invitations are lost."""
    op.drop_table("email_change")
    op.drop_table("invitation_list")
    op.drop_table("invitation")
    op.create_table(
        "join_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("membership_id", ROW, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("id", ROW, nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_join_link_membership_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_join_link_token_hash")),
    )
    with op.batch_alter_table("join_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_join_link_membership_id"), ["membership_id"], unique=False
        )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_column("joined_at")
        batch_op.drop_column("added_at")
