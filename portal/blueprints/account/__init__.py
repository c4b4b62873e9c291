"""How does a person set language and time zone, and leave?"""

from flask import Blueprint

bp = Blueprint("account", __name__)

from portal.blueprints.account import addresses, views  # noqa: E402, F401
