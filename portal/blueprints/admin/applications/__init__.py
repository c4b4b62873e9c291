"""How do staff decide who becomes a partner?"""

from flask import Blueprint

bp = Blueprint("applications", __name__)

from portal.blueprints.admin.applications import handing, views  # noqa: E402, F401
