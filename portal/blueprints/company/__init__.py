"""What does the vendor keep of a partner's own company, and how is the company reached?"""

from flask import Blueprint

bp = Blueprint("company", __name__)

from portal.blueprints.company import views  # noqa: E402, F401
