"""Which workflows are for the vendor's staff?"""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")

from portal.blueprints.admin import (  # noqa: E402
    access,
    applications,
    assets,
    audit,
    checklists,
    fields,
    inside,
    onboarding,
    organisations,
    outbox,
    people,
    review,
)

for _workflow in (
    review,
    applications,
    assets,
    onboarding,
    organisations,
    checklists,
    people,
    outbox,
    access,
    audit,
    inside,
    fields,
):
    bp.register_blueprint(_workflow.bp)
