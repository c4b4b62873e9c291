"""How does the vendor's own side keep what it thinks of a record to itself?"""

from flask import Blueprint

bp = Blueprint("inside", __name__)

from portal.blueprints.admin.inside import views  # noqa: E402, F401
