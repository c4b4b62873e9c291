"""Which headers does every answer carry, and which requests are turned away for theirs?"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request

from portal.core.guards import SAFE


def content_security_policy(form_origins: tuple[str, ...]) -> str:
    """Return the policy; ``form_origins`` are the identity providers' origins."""
    forms = " ".join(("'self'", *form_origins))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"font-src 'self'; connect-src 'self'; form-action {forms}; frame-ancestors 'none'; "
        "base-uri 'none'; object-src 'none'; manifest-src 'self'"
    )


def number_request() -> None:
    """Give the request the reference number that logs, events and error pages carry."""
    g.request_id = secrets.token_hex(5).upper()


def refuse_cross_site() -> None:
    """Refuse a write that another site started, before anything else is read of it."""
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("cross-site", "same-site"):
        abort(403)
    origin = request.headers.get("Origin")
    if site is None and origin is not None:
        own = urlsplit(current_app.config["PORTAL_URL"])
        if origin != f"{own.scheme}://{own.netloc}":
            abort(403)


def add_headers(response: Response) -> Response:
    """Put the security and caching headers on ``response``."""
    app, headers = current_app, response.headers
    headers.setdefault("Content-Security-Policy", app.config["CONTENT_SECURITY_POLICY"])
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if app.config["SESSION_COOKIE_SECURE"]:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    headers["X-Request-Id"] = g.get("request_id", "-")
    if request.endpoint == "static":
        if "v" in request.args and response.status_code == 200:
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
    headers["Cache-Control"] = "no-store, private"
    response.vary.update(("Cookie", "HX-Request"))
    return response


def init_headers(app: Flask) -> None:
    """Connect this module to ``app``; the first of all before_request functions."""
    app.before_request(number_request)
    app.before_request(refuse_cross_site)
    app.after_request(add_headers)
