"""How does a person set language and time zone, see where they are signed in, and leave?"""

from flask import Blueprint

bp = Blueprint("account", __name__)

from portal.blueprints.account import addresses, devices, switching, views  # noqa: E402, F401
