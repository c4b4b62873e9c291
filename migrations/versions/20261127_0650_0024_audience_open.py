"""assets: a draft has no audience until somebody has said whom it is for

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EVERYBODY = "3f82f904db3d7f04c70a7b2bd3e1d3bbac083b45c32bd6a28e9f8d3737dcb5a3"
"""The key of the audience that leaves nobody out."""
MADE = sa.text("INSERT INTO audience (key) SELECT :key WHERE NOT EXISTS"
               " (SELECT 1 FROM audience WHERE key = :key)")  # fmt: skip
GIVEN = sa.text("UPDATE asset_version SET audience_id = (SELECT id FROM audience WHERE key = :key)"
                " WHERE audience_id IS NULL")  # fmt: skip


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("asset_version", schema=None) as batch_op:
        batch_op.alter_column("audience_id", existing_type=ROW, nullable=True)


def downgrade() -> None:
    """Take the schema back; a draft of which nobody has said it is for everybody again."""
    connection = op.get_bind()
    connection.execute(MADE.bindparams(key=EVERYBODY))
    connection.execute(GIVEN.bindparams(key=EVERYBODY))
    with op.batch_alter_table("asset_version", schema=None) as batch_op:
        batch_op.alter_column("audience_id", existing_type=ROW, nullable=False)
