"""How do staff keep the partners: who they are, who stands above whom, and where they stand?"""

from flask import Blueprint

bp = Blueprint("organisations", __name__)

from portal.blueprints.admin.organisations import sign_in_rules, views  # noqa: E402, F401
