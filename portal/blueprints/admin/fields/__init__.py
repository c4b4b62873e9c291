"""How does the vendor decide which fields partners see?"""

from flask import Blueprint

bp = Blueprint("fields", __name__)

from portal.blueprints.admin.fields import views  # noqa: E402, F401
