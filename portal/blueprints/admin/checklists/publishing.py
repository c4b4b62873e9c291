"""Whom does a template reach when it is put in use, and who goes on with one that is taken out?"""

from __future__ import annotations

from flask import Response, request

from portal.blueprints.acting import member
from portal.blueprints.admin.checklists import bp
from portal.blueprints.admin.checklists.showing import for_whom, titles_of
from portal.blueprints.admin.checklists.views import ONE, done_with
from portal.core.guards import requires
from portal.core.language import chosen_language
from portal.core.pages import render
from portal.domain.checklist_templates import operations
from portal.domain.checklist_templates.comparing import aspects_of, compare, published_items
from portal.domain.checklist_templates.models import ChecklistTemplate
from portal.domain.checklist_templates.workflow import TEMPLATE
from portal.domain.checklists.reaching import halfway_with, in_place_of, reached_by
from portal.domain.permissions import Permission as P

MOST_NAMED = 12


@bp.route(f"{ONE}/publication", methods=["GET", "POST"])
@requires(P.CHECKLIST_WRITE, ChecklistTemplate)
def publish(template: ChecklistTemplate) -> Response:
    """Say what changes and for whom, and let partners get it as it stands."""
    operations.need_publishable(template)
    if request.method == "POST":
        operations.publish(template, member())
        return done_with(template, "in_use")
    change = compare(published_items(template), template.items)
    return render(
        "admin/checklists/publish.html",
        template=template,
        for_whom=for_whom(template),
        reached=reached_by(template, member()),
        change=change,
        added=titles_of(change.added),
        changed=[
            (after.title_in(chosen_language()), ", ".join(aspects_of(before, after)))
            for before, after in change.changed
        ],
        gone=titles_of(change.gone),
    )


@bp.route(f"{ONE}/retirement", methods=["GET", "POST"])
@requires(P.CHECKLIST_WRITE, ChecklistTemplate)
def retire(template: ChecklistTemplate) -> Response:
    """Say who goes on with it, and let nobody new get it."""
    TEMPLATE.need(template, "retire", member())
    if request.method == "POST":
        operations.retire(template, member())
        return done_with(template, "retired")
    return render(
        "admin/checklists/retire.html",
        template=template,
        for_whom=for_whom(template),
        reached=reached_by(template, member()),
        instead=in_place_of(template, member()),
        named=halfway_with(template, member(), MOST_NAMED),
    )
