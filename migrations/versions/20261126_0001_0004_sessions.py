"""sessions: a device has a name, and whose it is

Compatible with the running release as long as nobody signs in through it meanwhile: the two columns
that a sign-in carries more are filled for those that are there. Reviewed by hand; tried up, down and
up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reference", sa.String(length=11), nullable=True))
        batch_op.add_column(sa.Column("user_id", _NUMBER, nullable=True))
        batch_op.add_column(sa.Column("provider", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("has_two_factors", sa.Boolean(), nullable=True))
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("providers", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("needs_two_factors", sa.Boolean(), nullable=True))
    _fill()
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.alter_column("providers", existing_type=sa.JSON(), nullable=False)
        batch_op.alter_column("needs_two_factors", existing_type=sa.Boolean(), nullable=False)
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.alter_column("reference", existing_type=sa.String(length=11), nullable=False)
        batch_op.alter_column("user_id", existing_type=_NUMBER, nullable=False)
        batch_op.alter_column("provider", existing_type=sa.String(length=40), nullable=False)
        batch_op.alter_column("has_two_factors", existing_type=sa.Boolean(), nullable=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_login_session_reference"), ["reference"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_login_session_user_id"), "user", ["user_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_login_session_user_id"), ["user_id"], unique=False)
    op.create_table(
        "logout_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_logout_token")),
    )
    with op.batch_alter_table("logout_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_logout_token_until"), ["until"], unique=False)


def _fill() -> None:
    """Name every sign-in that is there, and say whose it is."""
    device = sa.table(
        "login_session",
        sa.column("id"),
        sa.column("membership_id"),
        sa.column("reference"),
        sa.column("user_id"),
        sa.column("provider"),
        sa.column("has_two_factors", sa.Boolean()),
    )
    place = sa.table(
        "organisation",
        sa.column("providers", sa.JSON()),
        sa.column("needs_two_factors", sa.Boolean()),
    )
    membership = sa.table("membership", sa.column("id"), sa.column("user_id"))
    whose = sa.select(membership.c.user_id).where(membership.c.id == device.c.membership_id)
    connection = op.get_bind()
    connection.execute(sa.update(place).values(providers=[], needs_two_factors=False))
    connection.execute(
        sa.update(device).values(
            user_id=whose.scalar_subquery(), provider="", has_two_factors=False
        )
    )
    for (number,) in connection.execute(sa.select(device.c.id)).all():
        name = "SE-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))
        connection.execute(sa.update(device).where(device.c.id == number).values(reference=name))


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("logout_token")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_user_id"))
        batch_op.drop_constraint(batch_op.f("fk_login_session_user_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_login_session_reference"), type_="unique")
        batch_op.drop_column("has_two_factors")
        batch_op.drop_column("provider")
        batch_op.drop_column("user_id")
        batch_op.drop_column("reference")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("needs_two_factors")
        batch_op.drop_column("providers")
