"""How does the vendor decide which fields partners see?"""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from portal.blueprints.acting import member
from portal.blueprints.admin.fields import bp
from portal.blueprints.saying import saying
from portal.core.fields import Noun, Sight, choices_in, is_shown, nouns
from portal.core.guards import requires
from portal.core.pages import done, render
from portal.core.versions import expect_version
from portal.domain.fields.models import FieldSetting
from portal.domain.fields.operations import decidable, decide, decisions
from portal.domain.permissions import Permission as P


@bp.get("/fields")
@requires(P.FIELD_DECIDE)
def index() -> Response:
    """List every field of every kind of record: what partners see, never see, or may see."""
    return render("admin/fields/index.html", **_page(decisions(is_writing=False)))


@bp.post("/fields")
@requires(P.FIELD_DECIDE)
def update() -> Response:
    """Decide; it is in force at everybody's next request."""
    setting = decisions(is_writing=True)
    expect_version(setting)
    shown = set(request.form.getlist("shown"))
    if not shown <= {field.code for field in decidable()}:
        abort(400)
    decide(setting, member(), shown)
    return done(saying(url_for("admin.fields.index"), "fields"), setting.reference)


def _page(setting: FieldSetting) -> dict[str, Any]:
    choices = choices_in(setting.chosen)
    kinds = [
        {
            "noun": noun,
            "decided": [field for field in noun.fields if field.sight == Sight.SETTING],
            "never": _reasons(noun, Sight.NEVER),
            "always": _reasons(noun, Sight.ALWAYS),
        }
        for noun in nouns()
    ]
    shown = {field.code for field in decidable() if is_shown(field, choices)}
    return {
        "kinds": kinds,
        "shown": shown,
        "version": setting.version,
    }


def _reasons(noun: Noun, sight: Sight) -> list[tuple[str, str]]:
    """Return each reason once, with the names of all the fields for which it holds."""
    found: dict[str, list[str]] = {}
    for field in noun.fields:
        if field.sight == sight:
            found.setdefault(str(field.because), []).append(str(field.label))
    return [(", ".join(labels), because) for because, labels in found.items()]
