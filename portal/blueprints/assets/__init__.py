"""How does a partner find what the vendor has for them, and take it along?"""

from flask import Blueprint

bp = Blueprint("assets", __name__)

from portal.blueprints.assets import views  # noqa: E402, F401
