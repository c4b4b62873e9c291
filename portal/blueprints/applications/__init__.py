"""How does a company that is no partner yet apply, and follow what becomes of it?"""

from flask import Blueprint

bp = Blueprint("applications", __name__)

from portal.blueprints.applications import views  # noqa: E402, F401
