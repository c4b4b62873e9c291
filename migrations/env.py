"""How does a migration reach the database that the application uses?"""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from portal.core.database import UTCDateTime, db, transaction_mode


def _skip_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    if (
        getattr(context.config.cmd_opts, "autogenerate", False)
        and directives[0].upgrade_ops.is_empty()
    ):
        directives[:] = []


def _render(kind: str, item: Any, _context: Any) -> str | bool:
    """Write the project's own column types as what they are in the database."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run the migrations in one transaction each, with SQLite's foreign keys left off meanwhile."""
    options = dict(current_app.extensions["migrate"].configure_args)
    options.setdefault("process_revision_directives", _skip_empty)
    transaction_mode.set("write")
    with db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # Batch operations copy tables; with the keys on, dropping the old one would cascade.
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            transaction_per_migration=True,
            render_item=_render,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()
        if is_sqlite:
            raw = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=ON")


run()
