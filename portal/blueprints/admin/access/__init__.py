"""How does staff learn who may see and do what, and why?"""

from flask import Blueprint

bp = Blueprint("access", __name__)

from portal.blueprints.admin.access import reviews, views  # noqa: E402, F401
