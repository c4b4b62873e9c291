"""How are files added to a record, and how does one get them?"""

from flask import Blueprint

bp = Blueprint("attachments", __name__)

from portal.blueprints.attachments import views  # noqa: E402, F401
