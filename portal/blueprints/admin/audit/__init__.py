"""How does staff read what happened in the whole portal?"""

from flask import Blueprint

bp = Blueprint("audit", __name__)

from portal.blueprints.admin.audit import views  # noqa: E402, F401
