"""How does a person come in, and how do they leave?"""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("sign_in", __name__)

from portal.blueprints.sign_in import again, asking, back_channel, finding, views  # noqa: E402, F401
