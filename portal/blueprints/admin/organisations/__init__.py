"""How does staff look up a partner?"""

from flask import Blueprint

bp = Blueprint("organisations", __name__)

from portal.blueprints.admin.organisations import views  # noqa: E402, F401
