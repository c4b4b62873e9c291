"""How do staff keep the library: write, review, publish, withdraw, and see who took what?"""

from flask import Blueprint

bp = Blueprint("assets", __name__)

from portal.blueprints.admin.assets import audience, folders, publishing, usage, views  # noqa: E402, F401
