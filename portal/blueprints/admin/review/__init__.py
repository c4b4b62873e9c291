"""How does the vendor's staff decide registrations?"""

from flask import Blueprint

bp = Blueprint("review", __name__)

from portal.blueprints.admin.review import handing, views  # noqa: E402, F401
