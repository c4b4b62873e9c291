"""How are the items of a checklist template written, ordered and taken out?"""

from __future__ import annotations

from flask import Response, abort, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.checklists import bp
from portal.blueprints.admin.checklists.forms import ItemForm, blank, values_of
from portal.blueprints.admin.checklists.showing import KINDS, record_page, titles_of
from portal.blueprints.admin.checklists.views import ONE, done_with
from portal.core.forms import bind
from portal.core.guards import requires
from portal.core.language import chosen_language
from portal.core.pages import changed, invalid, render
from portal.domain.checklist_templates import operations
from portal.domain.checklist_templates.content import KIND_WORDS, Item, Kind
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.permissions import Permission as P

_KINDS = ",".join(Kind)


@bp.get(f"{ONE}/items/new")
@requires(P.CHECKLIST_WRITE, ChecklistTemplate)
def choose(template: ChecklistTemplate) -> Response:
    """Ask what kind of item it is; each has a form of its own."""
    operations.need_room(template)
    page = "admin/checklists/choose.html"
    return render(page, template=template, kinds=KINDS, words=KIND_WORDS)


@bp.route(f"{ONE}/items/new/<any({_KINDS}):kind>", methods=["GET", "POST"])
@requires(P.CHECKLIST_WRITE, ChecklistTemplate)
def add(template: ChecklistTemplate, kind: str) -> Response:
    """Write a new item, which comes at the end."""
    operations.need_room(template)
    return _write(template, blank(Kind(kind)))


@bp.route(f"{ONE}/items/<key>/edit", methods=["GET", "POST"])
@requires(P.CHECKLIST_WRITE, ChecklistTemplate)
def edit_item(template: ChecklistTemplate, key: str) -> Response:
    """Write an item anew."""
    return _write(template, _found(template, key))


def _found(template: ChecklistTemplate, key: str) -> Item:
    try:
        return operations.item_of(template, key)
    except LookupError:
        abort(404)


def _write(template: ChecklistTemplate, item: Item) -> Response:
    others = [one for one in template.items if one.key != item.key]
    form = bind(ItemForm, data=values_of(item), item=item, others=others)
    if request.method == "POST" and form.validate():
        try:
            operations.keep_item(template, member(), form.written())
            return done_with(template, "saved")
        except operations.Circle as circle:
            form.after.errors = [circle.sentence]
    answer = invalid if form.errors else render
    page = "admin/checklists/item.html", "admin/checklists/_item.html"
    return answer(*page, form=form, template=template, item=item, kind=KIND_WORDS[item.kind])


@bp.post(f"{ONE}/order")
@requires(P.CHECKLIST_WRITE, ChecklistTemplate)
def move(template: ChecklistTemplate) -> Response:
    """Let an item change places with the one before or after it."""
    step = -1 if "up" in request.form else 1
    key = request.form.get("up" if step < 0 else "down", "")
    _found(template, key)
    operations.move_item(template, member(), key, step)
    url = url_for("admin.checklists.show", reference=template.reference, _anchor=f"item-{key}")
    context = record_page(template, member())
    return changed("admin/checklists/_record.html", url, template.reference, **context)


@bp.route(f"{ONE}/items/<key>/removal", methods=["GET", "POST"])
@requires(P.CHECKLIST_WRITE, ChecklistTemplate)
def remove(template: ChecklistTemplate, key: str) -> Response:
    """Say what becomes of it where somebody has it, and take an item out."""
    item = _found(template, key)
    if request.method == "POST":
        operations.remove_item(template, member(), key)
        return done_with(template, "taken_out")
    waiting = [one for one in template.items if key in one.after]
    return render(
        "admin/checklists/remove.html",
        template=template,
        title=item.title_in(chosen_language()),
        waiting=titles_of(waiting),
    )
