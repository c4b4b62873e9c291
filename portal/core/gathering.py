"""How are the few rows beside a record read in the statement that reads its other facts?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ScalarSelect, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Rows(FunctionElement[list[list[Any]]]):
    """All rows of a group, each as an array of its columns, in a JSON array."""

    type = JSON()
    inherit_cache = True


@compiles(_Rows, "sqlite")
def _on_sqlite(element: _Rows, compiler: Any, **options: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **options)}))"


@compiles(_Rows, "postgresql")
def _on_postgresql(element: _Rows, compiler: Any, **options: Any) -> str:
    columns = compiler.process(element.clauses, **options)
    return f"coalesce(json_agg(json_build_array({columns})), '[]'::json)"


def gather(query: Select[*tuple[Any, ...]]) -> ScalarSelect[list[list[Any]]]:
    """Return the rows of ``query`` as one column: a list of rows, each a list, in no order.

    Each further statement costs a page about a tenth of its time. Columns are texts and numbers;
    a date comes as ISO text, a moment differs between the databases. The net adds the actor's
    scopes as to any SELECT inside another.
    """
    rows: Any = _Rows(*query.selected_columns)
    return query.with_only_columns(rows, maintain_column_froms=True).scalar_subquery()
