"""How does a partner work the deals in the pipeline?"""

from flask import Blueprint

bp = Blueprint("deals", __name__)

from portal.blueprints.deals import exporting, handing, views  # noqa: E402, F401
