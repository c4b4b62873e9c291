"""How do staff take new partners on: who is stuck where, and what is to be looked at?"""

from flask import Blueprint

bp = Blueprint("onboarding", __name__)

from portal.blueprints.admin.onboarding import views  # noqa: E402, F401
