"""How does staff see what left the portal, and what did not?"""

from flask import Blueprint

bp = Blueprint("outbox", __name__)

from portal.blueprints.admin.outbox import views  # noqa: E402, F401
