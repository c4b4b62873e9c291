"""Where does an endpoint stand, for pages that ask for dozens of addresses?"""

from __future__ import annotations

from typing import Any, cast

from flask import current_app, g, has_request_context, request, url_for

from portal.core.references import is_reference

PLACEHOLDER = "AA-00000000"
KEPT = "quayside.addresses"
_present_page = cast(Any, g)._get_current_object


def address(endpoint: str, **values: Any) -> str:
    """Return what ``url_for`` returns, built only once where that is enough.

    Static files, addresses without arguments, and those that differ in a record's reference
    alone are kept; everything else is built as always.
    """
    reference, file = str(values.get("reference", "")), str(values.get("filename", ""))
    is_plain = len(values) == bool(reference) + bool(file) and endpoint[0] != "."
    if not is_plain or not has_request_context() or (reference and not is_reference(reference)):
        return url_for(endpoint, **values)
    page = vars(_present_page())
    kept: dict[tuple[Any, ...], tuple[str, str]] | None = page.get("addresses")
    if kept is None:
        every = current_app.extensions.setdefault(KEPT, {})
        kept = page["addresses"] = every.setdefault(request.environ.get("SCRIPT_NAME", ""), {})
    key = (endpoint, file, bool(reference))
    around = kept.get(key)
    if around is None:
        if reference:
            values["reference"] = PLACEHOLDER
        before, _, after = url_for(endpoint, **values).partition(PLACEHOLDER)
        around = kept[key] = before, after
    return around[0] + reference + around[1]
