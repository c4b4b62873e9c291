"""Do the migrations make what the models say, go back, and lose no row on the way?"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select

from portal.config import ROOT
from portal.core.database import db
from portal.core.net import system_mode
from tests.figures import record

MIGRATIONS = ROOT / "migrations"
# A step that a later release might take: it copies a table that others point to.
STEP = '''"""A column more."""
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("organisation", "registration", "deal"):
        with op.batch_alter_table(table, recreate="{recreate}") as batch:
            batch.add_column(sa.Column("extra", sa.String(20), server_default="x"))


def downgrade() -> None:
    for table in ("organisation", "registration", "deal"):
        with op.batch_alter_table(table, recreate="{recreate}") as batch:
            batch.drop_column("extra")
'''


def database_of(app: Flask) -> str:
    """Return how the application's database is called."""
    is_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    return "SQLite" if is_sqlite else "PostgreSQL"


def shape(app: Flask) -> dict[str, Any]:
    """Return every table with its columns, indexes, keys and checks, as the database has them."""
    with app.app_context():
        db.engine.dispose()
        look = inspect(db.engine)
        found: dict[str, Any] = {}
        for table in sorted(look.get_table_names()):
            if table == "alembic_version":
                continue
            found[table] = {
                "columns": {
                    column["name"]: (str(column["type"]), column["nullable"])
                    for column in look.get_columns(table)
                },
                "indexes": sorted(
                    (str(i["name"]), tuple(i["column_names"]), bool(i["unique"]))
                    for i in look.get_indexes(table)
                ),
                "key": look.get_pk_constraint(table)["constrained_columns"],
                "foreign": sorted(
                    (tuple(k["constrained_columns"]), k["referred_table"], str(k["options"]))
                    for k in look.get_foreign_keys(table)
                ),
                "unique": sorted(
                    tuple(u["column_names"]) for u in look.get_unique_constraints(table)
                ),
                "checks": sorted(str(c["name"]) for c in look.get_check_constraints(table)),
            }
        db.engine.dispose()
    return found


def rows(app: Flask, kept: dict[str, Any] | None = None) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of the models, sorted; of ``kept`` columns, if given."""
    with app.app_context(), system_mode("test"):
        found = {}
        for table in db.metadata.sorted_tables:
            if kept is not None and table.name not in kept:
                continue
            names = kept[table.name]["columns"] if kept is not None else table.columns.keys()
            query = select(*(column for column in table.columns if column.name in names))
            found[table.name] = sorted(map(tuple, db.session.execute(query)), key=repr)
        db.session.remove()
    return found


def test_head_equals_the_models(data_app: Flask) -> None:
    with data_app.app_context(), db.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, db.metadata)
    record(
        2,
        f"migrations' head against the models ({database_of(data_app)})",
        "0 differences",
        f"{len(differences)} differences",
        not differences,
    )
    assert differences == []


def test_down_and_up_again_makes_the_same(data_app: Flask) -> None:
    before = shape(data_app)
    with data_app.app_context():
        downgrade(revision="base")
    assert shape(data_app) == {}
    with data_app.app_context():
        upgrade()
    after = shape(data_app)
    record(
        2,
        f"migrations down to nothing and up again ({database_of(data_app)})",
        "the same tables",
        f"{len(after)} tables" + ("" if after == before else ", not the same"),
        after == before,
    )
    assert after == before
    assert not any(rows(data_app).values())


def test_a_step_down_and_up_with_data_keeps_what_both_sides_hold(data_app: Flask) -> None:
    """One step back and forth: whatever the step did not make keeps its rows and values."""
    before = rows(data_app)
    assert len(before["registration"]) > 20
    whole = shape(data_app)
    with data_app.app_context():
        downgrade(revision="-1")
    kept = {name: held for name, held in shape(data_app).items() if name in before}
    with data_app.app_context():
        upgrade()
    assert shape(data_app) == whole
    was = {name: only(kept, whole, name, before[name]) for name in kept}
    assert rows(data_app, kept) == was


def only(
    kept: dict[str, Any], whole: dict[str, Any], table: str, held: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Return the rows of a table without the columns that are not kept."""
    names = [column.name for column in db.metadata.tables[table].columns]
    assert set(names) == set(whole[table]["columns"])
    places = [place for place, name in enumerate(names) if name in kept[table]["columns"]]
    return sorted((tuple(row[place] for place in places) for row in held), key=repr)


def test_a_coming_release_changes_full_tables_and_loses_nothing(
    data_app: Flask, tmp_path: Path
) -> None:
    # SQLite changes a table by copying it and dropping the old one, which others point to.
    recreate = "always" if database_of(data_app) == "SQLite" else "auto"
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    config = Config()
    config.set_main_option("script_location", str(folder))
    head = ScriptDirectory.from_config(config).get_current_head()
    (folder / "versions" / "99990101_0000_9999_more.py").write_text(
        STEP.format(head=head, recreate=recreate), encoding="utf-8"
    )
    before, shaped = rows(data_app), shape(data_app)
    with data_app.app_context():
        upgrade(directory=str(folder))
    lost = {name for name, found in rows(data_app).items() if found != before[name]}
    with data_app.app_context():
        downgrade(directory=str(folder), revision=head)
    lost |= {name for name, found in rows(data_app).items() if found != before[name]}
    record(
        2,
        f"tables that lost rows by a migration of full ones ({database_of(data_app)})",
        "0",
        f"{len(lost)} of {len(before)}, {sum(map(len, before.values()))} rows",
        not lost,
    )
    assert not lost
    assert shape(data_app) == shaped


def test_migrations_stand_in_one_line_and_are_dated() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    names = [Path(step.path).name for step in script.walk_revisions()]
    assert names == sorted(names, reverse=True)
    assert all(name[:8].isdigit() and name[9:13].isdigit() for name in names)
