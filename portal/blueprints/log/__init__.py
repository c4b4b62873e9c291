"""How does a partner's administrator read what happened at their company?"""

from flask import Blueprint

bp = Blueprint("log", __name__)

from portal.blueprints.log import views  # noqa: E402, F401
