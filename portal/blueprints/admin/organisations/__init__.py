"""How does staff look up a partner?"""

from flask import Blueprint

bp = Blueprint("organisations", __name__)

from portal.blueprints.admin.organisations import sign_in_rules, views  # noqa: E402, F401
