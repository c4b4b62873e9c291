"""Which settings does a deployment give, and which does it refuse?"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel import Locale, UnknownLocaleError

from portal.demo_personas import DEMO_CLIENT_ID, DEMO_CLIENT_SECRET

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SHORTEST_SECRET = 32


class BadSetting(SystemExit):
    """A setting that the portal cannot start with; the text is one sentence."""


def read_settings(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return Flask's configuration from ``environment``; raises BadSetting."""
    given = environment.get
    is_demo = given("QUAYSIDE_DEMO") == "1"
    var = Path(given("VAR_DIR") or ROOT / "var")
    port = int(given("QUAYSIDE_PORT") or 8000)
    portal_url = (given("PORTAL_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    parts = urlsplit(portal_url)
    is_local_http = parts.scheme == "http" and parts.hostname in LOOPBACK
    if is_demo and not is_local_http:
        raise BadSetting("QUAYSIDE_DEMO=1 needs PORTAL_URL to be http on a loopback address.")
    secret = given("SECRET_KEY") or ""
    if len(secret) < SHORTEST_SECRET:
        raise BadSetting(f"SECRET_KEY must be set, with at least {SHORTEST_SECRET} characters.")
    database = given("DATABASE_URL") or f"sqlite:///{var / 'quayside.db'}"
    providers = _providers(environment)
    if is_demo:
        providers.append(
            {
                "name": "demo",
                "label": "Quayside Demo",
                "issuer": f"http://localhost:{port + 1}",
                "client_id": DEMO_CLIENT_ID,
                "client_secret": DEMO_CLIENT_SECRET,
            }
        )
    vendor = given("VENDOR_NAME") or "Meridian Robotics"
    return {
        "DEMO": is_demo,
        "VAR_DIR": str(var),
        "PORTAL_URL": portal_url,
        "SECRET_KEY": secret,
        "SECRET_KEY_FALLBACKS": (given("SECRET_KEY_FALLBACKS") or "").split() or None,
        "SQLALCHEMY_DATABASE_URI": _with_driver(database),
        "QUEUE_URL": given("QUEUE_URL") or f"sqlite:///{var / 'queue.db'}",
        "LIMITS_URL": given("LIMITS_URL") or f"file://{(var / 'limits.db').resolve()}",
        "SMTP_URL": given("SMTP_URL") or "",
        "FILES_DIR": given("FILES_DIR") or str(var / "files"),
        "FILES_S3": _object_store(environment),
        "FILES_QUOTA": round(float(given("FILES_QUOTA_GB") or 5) * 1024**3),
        "CLAMD_URL": given("CLAMD_URL") or "",
        "CLAMD_LETS_LARGE_PASS": given("CLAMD_LETS_LARGE_PASS") == "1",
        "ANCHOR_DIR": given("ANCHOR_DIR") or str(var / "anchors"),
        "ANCHOR_MAIL": given("ANCHOR_MAIL") or "",
        "MAIL_FROM": given("MAIL_FROM") or f"{vendor} <no-reply@{parts.hostname}>",
        # Longer than all the answers that a mail server may take its time for: see smtp.py.
        "LEASE_SECONDS": float(given("LEASE_SECONDS") or 240),
        "SWEEP_SECONDS": float(given("SWEEP_SECONDS") or 60),
        "WORKER_THREADS": int(given("WORKER_THREADS") or 2),
        "OIDC_PROVIDERS": providers,
        "BEHIND_PROXY": given("BEHIND_PROXY") == "1",
        "TRUSTED_HOSTS": [parts.hostname],
        "VENDOR_NAME": vendor,
        "VENDOR_SHORT_NAME": given("VENDOR_SHORT_NAME") or vendor.split()[0],
        "PORTAL_NAME": given("PORTAL_NAME") or f"{vendor.split()[0]} Partners",
        "VENDOR_TIMEZONE": given("VENDOR_TIMEZONE") or "America/Toronto",
        "ENGLISH_LOCALE": _english(given("ENGLISH_LOCALE") or "en_CA"),
        "CURRENCIES": (given("CURRENCIES") or "CAD USD EUR GBP").split(),
        "IDLE": dt.timedelta(minutes=int(given("IDLE_MINUTES") or 60)),
        "FRESH": dt.timedelta(minutes=max(1, int(given("FRESH_MINUTES") or 10))),
        "SESSION_COOKIE_NAME": "sid" if is_demo and is_local_http else "__Host-sid",
        "SESSION_COOKIE_SECURE": not (is_demo and is_local_http),
        **FIXED,
    }


# Settings that no deployment changes.
FIXED: dict[str, Any] = {
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_DOMAIN": None,
    "SESSION_COOKIE_PATH": "/",
    "SESSION_REFRESH_EACH_REQUEST": False,
    "PERMANENT_SESSION_LIFETIME": dt.timedelta(hours=12),
    "MAX_CONTENT_LENGTH": 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 500_000,
    "MAX_FORM_PARTS": 200,
    "WTF_CSRF_TIME_LIMIT": None,
    "WTF_CSRF_SSL_STRICT": True,
    "PROPAGATE_EXCEPTIONS": False,
    # A template that names a hidden field shows nothing there; in tests it is an error.
    "HIDDEN_FIELDS_RAISE": False,
    "SQLALCHEMY_TRACK_MODIFICATIONS": False,
    "COMPRESS_MIMETYPES": [
        "text/html", "text/css", "text/javascript", "application/javascript",
        "image/svg+xml",
    ],
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "COMPRESS_BR_LEVEL": 5,
    "COMPRESS_LEVEL": 6,
    "COMPRESS_MIN_SIZE": 500,
    "SEND_FILE_MAX_AGE_DEFAULT": 3600,
}  # fmt: skip


def _object_store(environment: Mapping[str, str]) -> dict[str, str] | None:
    """Return where files are kept in an object store; None where it is a folder."""
    names = {
        "name": "BUCKET", "prefix": "PREFIX", "endpoint": "ENDPOINT", "region": "REGION",
        "key_id": "KEY_ID", "secret": "SECRET", "encryption": "SSE", "encryption_key": "KMS_KEY",
    }  # fmt: skip
    found = {name: environment.get(f"FILES_S3_{end}") or "" for name, end in names.items()}
    if found["name"]:
        return found
    if any(found.values()):
        raise BadSetting("FILES_S3_BUCKET must be set where other settings FILES_S3_… are.")
    return None


def _with_driver(url: str) -> str:
    for bare in ("postgresql://", "postgres://"):
        if url.startswith(bare):
            return "postgresql+psycopg://" + url.removeprefix(bare)
    return url


def _english(name: str) -> str:
    """Return ``name`` if it is a locale of English such as en_CA; raises BadSetting."""
    try:
        is_english = Locale.parse(name).language == "en"
    except (ValueError, UnknownLocaleError):
        is_english = False
    if not is_english:
        raise BadSetting(f"ENGLISH_LOCALE must be a locale such as en_CA or en_GB, not {name!r}.")
    return name


def _providers(environment: Mapping[str, str]) -> list[dict[str, str]]:
    found = []
    for name in (environment.get("OIDC_PROVIDERS") or "").split():
        prefix = f"OIDC_{name.upper()}_"
        provider = {"name": name, "label": environment.get(prefix + "LABEL") or name.title()}
        for key in ("issuer", "client_id", "client_secret"):
            value = environment.get(prefix + key.upper())
            if not value:
                raise BadSetting(f"{prefix}{key.upper()} must be set for the provider {name}.")
            provider[key] = value
        for key in ("acr", "two_factor_acr"):
            provider[key] = environment.get(prefix + key.upper()) or ""
        found.append(provider)
    return found
