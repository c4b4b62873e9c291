"""Which workflows are for the vendor's staff?"""

from flask import Blueprint

bp = Blueprint("admin", __name__, url_prefix="/admin")

from portal.blueprints.admin import access, audit, organisations, outbox, people, review  # noqa: E402

for _workflow in (review, organisations, people, outbox, access, audit):
    bp.register_blueprint(_workflow.bp)
