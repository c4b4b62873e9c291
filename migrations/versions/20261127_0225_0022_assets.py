"""assets: a library with versions, whom each is for, and who took what along

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
KINDS = (
    "kind IN ('deck', 'pricing', 'messaging', 'battle_card', 'release_notes', 'terms', 'other')"
)
STATES = (
    "status IN ('draft', 'in_review', 'approved', 'scheduled', 'published', 'superseded',"
    " 'withdrawn')"
)
ON_ITS_WAY = sa.text("status IN ('approved', 'draft', 'in_review', 'scheduled')")
# The last first.
TABLES = (
    "asset_word", "asset_download", "asset_version", "asset_favourite", "audience_value", "asset",
    "audience", "asset_folder",
)  # fmt: skip


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('asset_folder',
    sa.Column('reference', sa.String(length=11), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('name_fr', sa.String(length=60), nullable=False),
    sa.Column('name_key', sa.String(length=60), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', ROW, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_folder')),
    sa.UniqueConstraint('name_key', name=op.f('uq_asset_folder_name_key')),
    sa.UniqueConstraint('reference', name=op.f('uq_asset_folder_reference'))
    )
    op.create_table('audience',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('id', ROW, nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audience')),
    sa.UniqueConstraint('key', name=op.f('uq_audience_key'))
    )
    op.create_table('asset',
    sa.Column('reference', sa.String(length=11), nullable=False),
    sa.Column('current_id', ROW, nullable=True),
    sa.Column('audience_id', ROW, nullable=True),
    sa.Column('folder_id', ROW, nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('published_at', MOMENT, nullable=False),
    sa.Column('valid_until', MOMENT, nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('id', ROW, nullable=False),
    sa.CheckConstraint(KINDS, name=op.f('ck_asset_kind')),
    sa.ForeignKeyConstraint(['audience_id'], ['audience.id'], name=op.f('fk_asset_audience_id')),
    sa.ForeignKeyConstraint(['folder_id'], ['asset_folder.id'], name=op.f('fk_asset_folder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset')),
    sa.UniqueConstraint('current_id', name=op.f('uq_asset_current_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_asset_reference'))
    )
    op.create_index('ix_asset_audience', 'asset', ['audience_id', 'published_at', 'reference'], unique=False)
    op.create_index('ix_asset_folder', 'asset', ['folder_id', 'audience_id', 'published_at', 'reference'], unique=False)
    op.create_index('ix_asset_published', 'asset', ['published_at', 'reference'], unique=False)

    op.create_table('audience_value',
    sa.Column('audience_id', ROW, nullable=False),
    sa.Column('facet', sa.String(length=32), nullable=False),
    sa.Column('value', sa.String(length=40), nullable=False),
    sa.CheckConstraint("facet IN ('type', 'tier', 'country', 'product', 'language')", name=op.f('ck_audience_value_facet')),
    sa.ForeignKeyConstraint(['audience_id'], ['audience.id'], name=op.f('fk_audience_value_audience_id')),
    sa.PrimaryKeyConstraint('audience_id', 'facet', 'value', name=op.f('pk_audience_value'))
    )
    op.create_table('asset_favourite',
    sa.Column('membership_id', ROW, nullable=False),
    sa.Column('asset_id', ROW, nullable=False),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_favourite_asset_id')),
    sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_asset_favourite_membership_id')),
    sa.PrimaryKeyConstraint('membership_id', 'asset_id', name=op.f('pk_asset_favourite'))
    )
    op.create_index('ix_asset_favourite_asset_id', 'asset_favourite', ['asset_id'], unique=False)

    op.create_table('asset_version',
    sa.Column('reference', sa.String(length=11), nullable=False),
    sa.Column('asset_id', ROW, nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('folder_id', ROW, nullable=False),
    sa.Column('audience_id', ROW, nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('title_fr', sa.String(length=120), nullable=False),
    sa.Column('summary', sa.String(length=500), nullable=False),
    sa.Column('summary_fr', sa.String(length=500), nullable=False),
    sa.Column('language', sa.String(length=32), nullable=False),
    sa.Column('tags', sa.JSON(), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('note_fr', sa.String(length=500), nullable=False),
    sa.Column('file_id', ROW, nullable=True),
    sa.Column('file_name', sa.String(length=120), nullable=False),
    sa.Column('file_size', sa.BigInteger(), nullable=False),
    sa.Column('link', sa.String(length=500), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('text_fr', sa.Text(), nullable=False),
    sa.Column('valid_from', MOMENT, nullable=True),
    sa.Column('valid_until', MOMENT, nullable=True),
    sa.Column('author_id', ROW, nullable=False),
    sa.Column('author_user_id', ROW, nullable=False),
    sa.Column('made_at', MOMENT, nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.Column('published_at', MOMENT, nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('link_checked_at', MOMENT, nullable=True),
    sa.Column('link_problem', sa.String(length=40), nullable=False),
    sa.Column('link_failures', sa.Integer(), nullable=False),
    sa.Column('id', ROW, nullable=False),
    sa.Column('next_side', sa.String(length=10), nullable=True),
    sa.Column('next_what', sa.String(length=32), nullable=True),
    sa.Column('next_by', MOMENT, nullable=True),
    sa.Column('next_membership_id', ROW, nullable=True),
    sa.CheckConstraint(KINDS, name=op.f('ck_asset_version_kind')),
    sa.CheckConstraint("language IN ('en', 'fr', 'both')", name=op.f('ck_asset_version_language')),
    sa.CheckConstraint(STATES, name=op.f('ck_asset_version_status')),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_version_asset_id')),
    sa.ForeignKeyConstraint(['audience_id'], ['audience.id'], name=op.f('fk_asset_version_audience_id')),
    sa.ForeignKeyConstraint(['file_id'], ['kept_file.id'], name=op.f('fk_asset_version_file_id')),
    sa.ForeignKeyConstraint(['folder_id'], ['asset_folder.id'], name=op.f('fk_asset_version_folder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_version')),
    sa.UniqueConstraint('asset_id', 'number', name=op.f('uq_asset_version_asset_id_number')),
    sa.UniqueConstraint('file_id', name=op.f('uq_asset_version_file_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_asset_version_reference'))
    )
    op.create_index('ix_asset_version_all', 'asset_version', ['changed_at', 'reference'], unique=False)
    op.create_index('ix_asset_version_asset_id', 'asset_version', ['asset_id'], unique=False)
    op.create_index('ix_asset_version_from', 'asset_version', ['status', 'valid_from'], unique=False)
    op.create_index('ix_asset_version_next', 'asset_version', ['next_side', 'next_by', 'id'], unique=False)
    op.create_index('ix_asset_version_status', 'asset_version', ['status', 'changed_at', 'reference'], unique=False)
    op.create_index('ix_asset_version_until', 'asset_version', ['status', 'valid_until'], unique=False)
    op.create_index('uq_asset_version_open', 'asset_version', ['asset_id'], unique=True, sqlite_where=ON_ITS_WAY, postgresql_where=ON_ITS_WAY)

    op.create_table('asset_download',
    sa.Column('asset_id', ROW, nullable=False),
    sa.Column('version_id', ROW, nullable=False),
    sa.Column('version_reference', sa.String(length=11), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('membership_id', ROW, nullable=False),
    sa.Column('organisation_id', ROW, nullable=False),
    sa.Column('at', MOMENT, nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('title_fr', sa.String(length=120), nullable=False),
    sa.Column('recalled_at', MOMENT, nullable=True),
    sa.Column('recall_reason', sa.String(length=500), nullable=False),
    sa.Column('id', ROW, nullable=False),
    sa.ForeignKeyConstraint(['asset_id'], ['asset.id'], name=op.f('fk_asset_download_asset_id')),
    sa.ForeignKeyConstraint(['membership_id'], ['membership.id'], name=op.f('fk_asset_download_membership_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_asset_download_organisation_id')),
    sa.ForeignKeyConstraint(['version_id'], ['asset_version.id'], name=op.f('fk_asset_download_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asset_download'))
    )
    op.create_index('ix_asset_download_asset', 'asset_download', ['asset_id', 'at', 'id'], unique=False)
    op.create_index('ix_asset_download_membership', 'asset_download', ['membership_id', 'asset_id', 'number'], unique=False)
    op.create_index('ix_asset_download_version_id', 'asset_download', ['version_id'], unique=False)

    op.create_table('asset_word',
    sa.Column('version_id', ROW, nullable=False),
    sa.Column('word', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['asset_version.id'], name=op.f('fk_asset_word_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('version_id', 'word', name=op.f('pk_asset_word'))
    )
    op.create_index('ix_asset_word_word', 'asset_word', ['word', 'version_id'], unique=False)


def downgrade() -> None:
    """Take the schema back; the library and who took what are lost, its files alone stay."""
    for table in TABLES:
        op.drop_table(table)
