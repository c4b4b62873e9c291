"""Does the code stand where the design says, in the size and with the habits that it names?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORTAL = ROOT / "portal"
FILES = sorted(PORTAL.rglob("*.py"))
LONGEST, LONGEST_VIEWS = 300, 200

# Files over the limit, each with its reason.
LONG: dict[str, str] = {}
# Core-table statements pass the net: allowed where a policy itself asks, or ids alone are read.
TABLES = {
    "blueprints/deals/lists.py",
    "domain/applications/policy.py",
    "domain/assets/audience.py",
    "domain/assets/searching.py",
    "domain/organisations/hierarchy.py",
    "domain/organisations/models.py",
    "domain/organisations/policy.py",
    "domain/people/policy.py",
    "domain/portfolios/size.py",
    "domain/products/policy.py",
    "domain/shares/holding.py",
}
# Asked in system mode, by every request or event, for row numbers and columns alone.
PAST_THE_SESSION = {"domain/notifications/audience.py", "domain/people/actor.py"}
# SQL as text outside core: the WHERE of a partial index.
TEXTS = {"domain/claims/models.py"}
# Row numbers that never came from a request.
BY_NUMBER = {
    ("blueprints/admin/outbox/showing.py", "Letter"),
}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "service", "services", "base",
                   "common", "misc"}  # fmt: skip


def name_of(file: Path) -> str:
    """Return the file's path inside portal/."""
    return file.relative_to(PORTAL).as_posix()


def tree_of(file: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(file.read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Yield every call with the last part of the called name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute):
                yield node, called.attr
            elif isinstance(called, ast.Name):
                yield node, called.id


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of every import; name is "" for a whole module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.module or "", alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ""


def test_no_file_is_long_without_a_reason() -> None:
    too_long = {}
    for file in FILES:
        lines = len(file.read_text(encoding="utf-8").splitlines())
        limit = LONGEST_VIEWS if file.name == "views.py" else LONGEST
        if lines > limit:
            too_long[name_of(file)] = lines
    assert set(too_long) <= set(LONG), too_long


def test_a_reason_that_is_no_longer_needed_goes() -> None:
    for name in LONG:
        lines = len((PORTAL / name).read_text(encoding="utf-8").splitlines())
        assert lines > LONGEST, name


def test_every_module_says_in_one_sentence_which_question_it_answers() -> None:
    complaints = []
    for file in FILES:
        sentence = ast.get_docstring(tree_of(file)) or ""
        body = sentence.rstrip("?.")
        is_one = sentence.endswith(("?", ".")) and "\n\n" not in sentence
        if not is_one or "? " in body or ". " in body.replace("e. g.", ""):
            complaints.append(f"{file.relative_to(ROOT)}: {sentence!r}")
    assert not complaints, "\n".join(complaints)


def test_every_public_function_and_class_of_the_shelves_says_what_it_is() -> None:
    bare = []
    for shelf in ("core", "domain", "integrations"):
        for file in sorted((PORTAL / shelf).rglob("*.py")):
            for node in tree_of(file).body:
                kinds = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
                is_public = isinstance(node, kinds) and not node.name.startswith("_")
                if is_public and not ast.get_docstring(node):
                    bare.append(f"{name_of(file)}: {node.name}")
    assert not bare, bare


def test_a_workflow_imports_no_other_workflow() -> None:
    offenders = []
    for file in sorted((PORTAL / "blueprints").rglob("*.py")):
        parts = name_of(file).split("/")[1:-1]
        if not parts:
            continue  # who asks, how content is laid out, and the navigation, belong to none
        own = ".".join(["portal.blueprints", *parts])
        for module, name in imports(tree_of(file)):
            if not module.startswith("portal.blueprints"):
                continue
            whole = f"{module}.{name}" if name else module
            shared = tuple(
                f"portal.blueprints.{name}"
                for name in ("acting", "filing", "handing", "reaching", "reading", "saying")
            )
            if whole.startswith((own, *shared)):
                continue
            if module == own.rpartition(".")[0] and name == "bp":
                continue
            offenders.append(f"{name_of(file)}: {whole}")
    assert not offenders, offenders


def test_the_arrows_between_the_shelves() -> None:
    forbidden = {
        "core": ("portal.domain", "portal.blueprints", "portal.integrations", "portal.demo"),
        "domain": ("portal.blueprints", "portal.integrations", "flask", "werkzeug", "wtforms"),
        "blueprints": ("portal.integrations", "portal.demo"),
        "integrations": ("portal.blueprints",),
    }
    offenders = [
        f"{name_of(file)}: {module}"
        for shelf, modules in forbidden.items()
        for file in sorted((PORTAL / shelf).rglob("*.py"))
        for module, _name in imports(tree_of(file))
        if module.startswith(modules)
    ]
    assert not offenders, offenders


def test_records_are_loaded_by_reference_inside_the_scope() -> None:
    """``session.get(Model, number)`` in request code is pinned: identity passes the net."""
    found = set()
    for file in sorted((PORTAL / "blueprints").rglob("*.py")):
        for node, called in calls(tree_of(file)):
            if called in ("get", "get_one") and node.args and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value)
                if owner.endswith(("db.session", "db.session()")):
                    found.add((name_of(file), ast.unparse(node.args[0])))
            if called in ("get_or_404", "first_or_404", "one_or_404"):
                found.add((name_of(file), called))
    assert found == BY_NUMBER


def test_sql_is_written_as_text_in_core_alone() -> None:
    raw = {"text", "literal_column", "exec_driver_sql", "raw_connection", "executescript"}
    found = set()
    for file in FILES:
        name = name_of(file)
        if name.startswith("core/"):
            continue
        tree = tree_of(file)
        imported = {what for module, what in imports(tree) if module.startswith("sqlalchemy")}
        for _node, called in calls(tree):
            if called in raw and (called in imported or called not in ("text", "literal_column")):
                found.add(name)
    assert found == TEXTS


def test_core_tables_are_read_only_where_listed() -> None:
    found = {
        name_of(file)
        for file in FILES
        if not name_of(file).startswith(("core/", "demo/"))
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Attribute) and node.attr == "__table__"
    }
    assert found == TABLES


def test_who_asks_past_the_session_is_listed() -> None:
    """The net hangs on the session; a statement given to the connection has no scopes."""
    found = {
        name_of(file)
        for file in FILES
        if not name_of(file).startswith("core/")
        for _node, called in calls(tree_of(file))
        if called == "connection"
    }
    assert found == PAST_THE_SESSION


def test_only_the_workflow_writes_a_state() -> None:
    """``record.status = …`` outside Workflow.apply and the first state would pass the rules."""
    offenders = []
    for file in FILES:
        if name_of(file).startswith("core/workflow"):
            continue
        for node in ast.walk(tree_of(file)):
            for target in node.targets if isinstance(node, ast.Assign) else []:
                written = ast.unparse(target)
                if re.fullmatch(
                    r"(registration|deal|organisation|record)\.(status|stage)", written
                ):
                    offenders.append(f"{name_of(file)}:{node.lineno}: {written}")
    assert not offenders, offenders


def test_no_file_has_a_name_that_says_nothing() -> None:
    names = {part.removesuffix(".py") for file in FILES for part in file.parts}
    assert not names & FORBIDDEN_NAMES


def test_nothing_is_evaluated_and_no_html_is_made_by_hand() -> None:
    found = set()
    for file in FILES:
        tree = tree_of(file)
        for _node, called in calls(tree):
            if called in ("eval", "exec", "render_template_string", "loads_unsafe"):
                found.add((name_of(file), called))
        for module, name in imports(tree):
            if module in ("pickle", "marshal", "shelve") or name == "Markup":
                found.add((name_of(file), name or module))
    # A translated sentence may carry markup of the template; what people typed is escaped there.
    assert found == {("presentation.py", "Markup")}
