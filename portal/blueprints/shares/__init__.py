"""How is a record shared with somebody, and the share ended?"""

from flask import Blueprint

bp = Blueprint("shares", __name__)

from portal.blueprints.shares import views  # noqa: E402, F401
