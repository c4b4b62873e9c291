"""How is typed text kept before it is sent?"""

from flask import Blueprint

bp = Blueprint("drafts", __name__)

from portal.blueprints.drafts import views  # noqa: E402, F401
