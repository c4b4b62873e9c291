"""Where does an endpoint stand, for pages that ask for dozens of addresses?"""

from __future__ import annotations

from typing import Any

from flask import current_app, has_request_context, request, url_for

from portal.core.references import is_reference

PLACEHOLDER = "AA-00000000"
KEPT = "quayside.addresses"


def address(endpoint: str, **values: Any) -> str:
    """Return what ``url_for`` returns, built only once where that is enough.

    Static files, addresses without arguments, and those that differ in a record's reference
    alone are kept; everything else is built as always.
    """
    reference, file = str(values.get("reference", "")), str(values.get("filename", ""))
    is_plain = len(values) == bool(reference) + bool(file) and endpoint[0] != "."
    if not is_plain or not has_request_context() or not is_reference(reference or PLACEHOLDER):
        return url_for(endpoint, **values)
    key = (request.environ.get("SCRIPT_NAME", ""), endpoint, file, bool(reference))
    kept: dict[tuple[Any, ...], tuple[str, str]] = current_app.extensions.setdefault(KEPT, {})
    around = kept.get(key)
    if around is None:
        if reference:
            values["reference"] = PLACEHOLDER
        before, _, after = url_for(endpoint, **values).partition(PLACEHOLDER)
        around = kept[key] = before, after
    return around[0] + reference + around[1]
