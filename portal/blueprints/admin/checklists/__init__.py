"""How do staff write what a new partner gets to do, and put it in use?"""

from flask import Blueprint

bp = Blueprint("checklists", __name__)

from portal.blueprints.admin.checklists import items, publishing, views  # noqa: E402, F401
