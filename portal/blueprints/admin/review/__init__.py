"""How does the vendor's staff decide registrations?"""

from flask import Blueprint

bp = Blueprint("review", __name__)

from portal.blueprints.admin.review import views  # noqa: E402, F401
