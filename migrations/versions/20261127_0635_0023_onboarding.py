"""onboarding: checklist templates with their editions, and each partner's checklist

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
IN_USE = sa.text("status = 'in_use'")
# The last first.
TABLES = ("checklist_item", "checklist", "checklist_edition", "checklist_template")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('checklist_template',
    sa.Column('reference', sa.String(length=11), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_fr', sa.String(length=80), nullable=False),
    sa.Column('partner_type', sa.String(length=32), nullable=False),
    sa.Column('tier', sa.String(length=40), nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('kept', sa.JSON(), nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('is_changed', sa.Boolean(), nullable=False),
    sa.Column('made_at', MOMENT, nullable=False),
    sa.Column('changed_at', MOMENT, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', ROW, nullable=False),
    sa.CheckConstraint("partner_type IN ('referral', 'reseller', 'distributor', 'services', 'technology')", name=op.f('ck_checklist_template_partner_type')),
    sa.CheckConstraint("status IN ('draft', 'in_use', 'retired')", name=op.f('ck_checklist_template_status')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_template')),
    sa.UniqueConstraint('reference', name=op.f('uq_checklist_template_reference'))
    )
    op.create_index('uq_checklist_template_in_use', 'checklist_template', ['partner_type', 'tier'], unique=True, sqlite_where=IN_USE, postgresql_where=IN_USE)

    op.create_table('checklist',
    sa.Column('reference', sa.String(length=11), nullable=False),
    sa.Column('organisation_id', ROW, nullable=False),
    sa.Column('template_id', ROW, nullable=False),
    sa.Column('edition', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_fr', sa.String(length=80), nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('begun_at', MOMENT, nullable=False),
    sa.Column('due_at', MOMENT, nullable=False),
    sa.Column('completed_at', MOMENT, nullable=True),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('step_id', ROW, nullable=True),
    sa.Column('turn', sa.String(length=10), nullable=False),
    sa.Column('waiting_since', MOMENT, nullable=False),
    sa.Column('remind_at', MOMENT, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', ROW, nullable=False),
    sa.CheckConstraint("status IN ('not_started', 'in_progress', 'complete')", name=op.f('ck_checklist_status')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_checklist_organisation_id')),
    sa.ForeignKeyConstraint(['template_id'], ['checklist_template.id'], name=op.f('fk_checklist_template_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist')),
    sa.UniqueConstraint('organisation_id', 'template_id', name=op.f('uq_checklist_organisation_id_template_id')),
    sa.UniqueConstraint('reference', name=op.f('uq_checklist_reference'))
    )
    op.create_index('ix_checklist_complete', 'checklist', ['completed_at', 'reference'], unique=False)
    op.create_index('ix_checklist_remind', 'checklist', ['remind_at'], unique=False)
    op.create_index(op.f('ix_checklist_template_id'), 'checklist', ['template_id'], unique=False)
    op.create_index('ix_checklist_waiting', 'checklist', ['waiting_since', 'reference', 'turn', 'due_at'], unique=False)

    op.create_table('checklist_edition',
    sa.Column('template_id', ROW, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kept', sa.JSON(), nullable=False),
    sa.Column('published_at', MOMENT, nullable=False),
    sa.Column('id', ROW, nullable=False),
    sa.ForeignKeyConstraint(['template_id'], ['checklist_template.id'], name=op.f('fk_checklist_edition_template_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_edition')),
    sa.UniqueConstraint('template_id', 'number', name=op.f('uq_checklist_edition_template_id_number'))
    )
    op.create_table('checklist_item',
    sa.Column('reference', sa.String(length=11), nullable=False),
    sa.Column('checklist_id', ROW, nullable=False),
    sa.Column('organisation_id', ROW, nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kept', sa.JSON(), nullable=False),
    sa.Column('owner', sa.String(length=32), nullable=False),
    sa.Column('is_mandatory', sa.Boolean(), nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('is_blocked', sa.Boolean(), nullable=False),
    sa.Column('since', MOMENT, nullable=False),
    sa.Column('due_at', MOMENT, nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('has_files', sa.Boolean(), nullable=False),
    sa.Column('files_sealed_at', MOMENT, nullable=True),
    sa.Column('sent_by_id', ROW, nullable=True),
    sa.Column('sent_by', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('completed_at', MOMENT, nullable=True),
    sa.Column('expires_at', MOMENT, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', ROW, nullable=False),
    sa.Column('next_side', sa.String(length=10), nullable=True),
    sa.Column('next_what', sa.String(length=32), nullable=True),
    sa.Column('next_by', MOMENT, nullable=True),
    sa.Column('next_membership_id', ROW, nullable=True),
    sa.CheckConstraint("owner IN ('administrator', 'lead', 'anybody', 'staff')", name=op.f('ck_checklist_item_owner')),
    sa.CheckConstraint("status IN ('not_started', 'in_progress', 'submitted', 'returned', 'complete', 'waived', 'expired')", name=op.f('ck_checklist_item_status')),
    sa.ForeignKeyConstraint(['checklist_id'], ['checklist.id'], name=op.f('fk_checklist_item_checklist_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_checklist_item_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_item')),
    sa.UniqueConstraint('checklist_id', 'key', name=op.f('uq_checklist_item_checklist_id_key')),
    sa.UniqueConstraint('reference', name=op.f('uq_checklist_item_reference'))
    )
    op.create_index('ix_checklist_item_expires', 'checklist_item', ['expires_at'], unique=False)
    op.create_index('ix_checklist_item_next', 'checklist_item', ['next_side', 'next_by', 'id'], unique=False)
    op.create_index('ix_checklist_item_organisation', 'checklist_item', ['organisation_id', 'next_side'], unique=False)

    # Whose new partners stand in nobody's portfolio.
    op.create_index('ix_portfolio_entry_organisation', 'portfolio_entry', ['organisation_id'], unique=False)

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("has_open_checklist", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.alter_column("has_open_checklist", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    """Take the schema back; checklists are lost, the files of their items alone stay."""
    op.drop_index('ix_portfolio_entry_organisation', table_name='portfolio_entry')
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("organisation") as batch:
        batch.drop_column("has_open_checklist")
