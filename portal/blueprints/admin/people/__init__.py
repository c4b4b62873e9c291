"""How does staff look up a person?"""

from flask import Blueprint

bp = Blueprint("people", __name__)

from portal.blueprints.admin.people import devices, portfolio, views  # noqa: E402, F401
