"""What is a partner's company asked to do, and how does each person do their part?"""

from flask import Blueprint

bp = Blueprint("onboarding", __name__, url_prefix="/checklist")

from portal.blueprints.onboarding import views  # noqa: E402, F401
