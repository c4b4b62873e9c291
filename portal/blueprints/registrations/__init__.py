"""How does a partner register a deal and follow the decision?"""

from flask import Blueprint

bp = Blueprint("registrations", __name__)

from portal.blueprints.registrations import handing, views  # noqa: E402, F401
