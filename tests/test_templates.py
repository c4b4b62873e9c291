"""Can any template let script in, forget a form's keys, or stand there unused?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
FILES = sorted(file for file in TEMPLATES.rglob("*") if file.is_file())
# Mail programs read no style sheet, so a mail's style stands in its tags.
MAILS = "mail/"


def name_of(file: Path) -> str:
    """Return the template's name."""
    return file.relative_to(TEMPLATES).as_posix()


NEVER = {
    r"\|\s*safe\b": "what is shown is escaped",
    r"\bMarkup\b": "what is shown is escaped",
    r"autoescape\s+(false|False)": "what is shown is escaped",
    r"\bhx-on\b|\bhx-on[:-]": "no script in attributes",
    r"\son(click|change|submit|load|input|focus|blur|key\w+|mouse\w+|error)\s*=": "no script",
    r"javascript:": "no script in addresses",
    r"\bhx-(vals|headers)\s*=\s*[\"']js:": "nothing is evaluated",
    r"<base\b": "base-uri is 'none'",
    r"<(iframe|object|embed)\b": "default-src is 'none'",
    r"\bTODO\b|\bFIXME\b|lorem ipsum": "whole things only",
}


@pytest.mark.parametrize("pattern", NEVER)
def test_no_template_has(pattern: str) -> None:
    found = [
        f"{name_of(file)}: {match.group(0)!r} ({NEVER[pattern]})"
        for file in FILES
        for match in re.finditer(pattern, file.read_text(encoding="utf-8"))
    ]
    assert not found, found


def test_style_and_script_stand_in_files_of_their_own() -> None:
    for file in FILES:
        if name_of(file).startswith(MAILS):
            continue
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<style\b|\sstyle\s*=", text), name_of(file)
        for tag in re.findall(r"<script\b[^>]*>", text):
            assert "src=" in tag, (name_of(file), tag)


def test_every_form_that_writes_carries_its_keys() -> None:
    """By the macro that makes the form, or by hand with both keys."""
    bare = []
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
            is_post = re.search(r"method\s*=\s*[\"']post", form, re.IGNORECASE)
            has_keys = re.search(r"csrf_token|keys\(|caller\(\)", form)
            if is_post and not has_keys:
                bare.append(f"{name_of(file)}: {form[:120]}")
    assert not bare, bare


def test_every_template_compiles_with_known_filters_and_tests(app: Flask) -> None:
    for file in FILES:
        app.jinja_env.get_template(name_of(file))


def test_templates_name_only_templates_that_exist(app: Flask) -> None:
    present = {name_of(file) for file in FILES}
    for file in FILES:
        tree = app.jinja_env.parse(file.read_text(encoding="utf-8"))
        kinds = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)
        for node in tree.find_all(kinds):
            named = node.template
            if isinstance(named, nodes.Const):
                assert named.value in present, (name_of(file), named.value)


def test_python_names_only_templates_that_exist_and_none_is_left_over(app: Flask) -> None:
    present = {name_of(file) for file in FILES}
    python = "\n".join(
        file.read_text(encoding="utf-8") for file in sorted((ROOT / "portal").rglob("*.py"))
    )
    named = set(re.findall(r"[\"']([a-z_/]+/_?[a-z_]+\.(?:html|txt))[\"']", python))
    assert named <= present, named - present
    # f"deals/{template}.html" names any page of that folder.
    open_folders = set(re.findall(r"f[\"']([a-z_/]+)/\{", python))
    used = set(named)
    for file in FILES:
        tree = app.jinja_env.parse(file.read_text(encoding="utf-8"))
        for node in tree.find_all((nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)):
            if isinstance(node.template, nodes.Const):
                used.add(str(node.template.value))
    left_over = {
        name
        for name in present - used
        if name.rpartition("/")[0] not in open_folders and not name.startswith(MAILS)
    }
    assert not left_over


def test_a_page_stands_in_a_layout_and_a_fragment_in_none(app: Flask) -> None:
    for file in FILES:
        name = name_of(file)
        folder, _slash, last = name.rpartition("/")
        if folder in ("layouts", "components", "mail"):
            continue
        tree = app.jinja_env.parse(file.read_text(encoding="utf-8"))
        extends = bool(list(tree.find_all(nodes.Extends)))
        assert extends != last.startswith("_"), name


def test_templates_ask_the_database_nothing() -> None:
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\bdb\.|session\.|\.query\b|visible\(", text), name_of(file)
