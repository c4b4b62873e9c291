"""step-up: what the provider says of late of somebody's e-mail address

Compatible with the running release as long as nobody is bound to a new identity meanwhile: the
column is filled for those that are there. Reviewed by hand; tried up, down and up with data on
SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ADDRESS = sa.String(length=254)


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("user_identity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("claimed_email", ADDRESS, nullable=True))
    identity = sa.table("user_identity", sa.column("claimed_email", ADDRESS))
    op.get_bind().execute(sa.update(identity).values(claimed_email=""))
    with op.batch_alter_table("user_identity", schema=None) as batch_op:
        batch_op.alter_column("claimed_email", existing_type=ADDRESS, nullable=False)


def downgrade() -> None:
    """Take the schema back; what providers said of addresses is lost until the next sign-ins."""
    with op.batch_alter_table("user_identity", schema=None) as batch_op:
        batch_op.drop_column("claimed_email")
