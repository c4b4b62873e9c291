"""applications: companies that want to become partners, and which partner they might be

Reviewed by hand; tried up, down and up with data on SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
STATES = (
    "unverified", "submitted", "under_review", "needs_info", "approved", "rejected", "passed_on",
    "withdrawn",
)  # fmt: skip


def _text(name: str, length: int, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def upgrade() -> None:
    """Bring the schema forward."""
    among = ", ".join(f"'{state}'" for state in STATES)
    op.create_table(
        "application",
        _text("reference", 11),
        _text("status", 32),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("form_key", 32),
        _text("company", 120),
        _text("website", 255),
        _text("domain", 253),
        _text("country", 2),
        _text("region", 60),
        _text("city", 120),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("products", sa.JSON(), nullable=False),
        sa.Column("business", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        _text("contact_name", 120),
        _text("contact_email", 254),
        _text("contact_phone", 20),
        _text("language", 5),
        _text("consent_words", 255),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reviewer_id", ROW, nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        _text("reason_code", 20),
        sa.Column("reason_text", sa.Text(), nullable=False),
        sa.Column("id", ROW, nullable=False),
        _text("next_side", 10, True),
        _text("next_what", 32, True),
        sa.Column("next_by", MOMENT, nullable=True),
        sa.Column("next_membership_id", ROW, nullable=True),
        sa.CheckConstraint(f"status IN ({among})", name=op.f("ck_application_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("form_key", name=op.f("uq_application_form_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_application_reference")),
    )
    for name in ("contact_email", "country", "expires_at"):
        op.create_index(op.f(f"ix_application_{name}"), "application", [name], unique=False)
    op.create_table(
        "application_match",
        sa.Column("application_id", ROW, nullable=False),
        sa.Column("other_id", ROW, nullable=False),
        _text("other_reference", 11),
        _text("other_name", 120),
        sa.Column("other_domains", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        _text("answer", 10, True),
        _text("answered_by", 120),
        sa.Column("id", ROW, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_match_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_match")),
    )
    op.create_index(
        op.f("ix_application_match_application_id"), "application_match", ["application_id"]
    )


def downgrade() -> None:
    """Take the schema back; all applications are lost."""
    op.drop_table("application_match")
    op.drop_table("application")
