"""How does anybody check a receipt?"""

from flask import Blueprint

bp = Blueprint("receipts", __name__)

from portal.blueprints.receipts import views  # noqa: E402, F401
