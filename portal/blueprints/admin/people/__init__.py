"""How does staff look up a person?"""

from flask import Blueprint

bp = Blueprint("people", __name__)

from portal.blueprints.admin.people import devices, portfolio, viewing, views  # noqa: E402, F401
