"""How does an administrator decide who comes in, as what, and until when?"""

from flask import Blueprint

bp = Blueprint("people", __name__)

from portal.blueprints.people import handing, requests, reviewing, views  # noqa: E402, F401
