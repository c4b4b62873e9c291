"""Does this answer go out as a whole page, as a fragment, or as a way to another page?"""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any, cast

from flask import Response, g, make_response, redirect, render_template, request
from flask.templating import Environment
from sqlalchemy import String, inspect
from sqlalchemy.exc import InvalidRequestError

from portal.core.database import Base

log = logging.getLogger(__name__)


class Templates(Environment):
    """Flask's templates, whose globals are one dictionary.

    Jinja compares the globals at each import of components; in its usual chain of dictionaries
    that takes longer than the components themselves.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals

    raises_hidden = True
    """Whether a template that names a hidden field is an error (in tests) or shows nothing."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute as Jinja does; what the reader does not read of a record is nothing.

        Everywhere else reading it raises: a page with a gap is better than none, a decision made
        on nothing is not.
        """
        try:
            return getattr(obj, attribute)
        except AttributeError:
            pass
        except InvalidRequestError:
            if self.raises_hidden or not isinstance(obj, Base):
                raise
            log.exception("a template names %s.%s", type(obj).__name__, attribute)
            # A text is written as it is, anything else by a filter that knows None.
            is_text = isinstance(inspect(type(obj)).columns[attribute].type, String)
            return "" if is_text else None
        try:
            return obj[attribute]
        except (TypeError, LookupError, AttributeError):
            return self.undefined(obj=obj, name=attribute)


def is_htmx() -> bool:
    """Tell whether a fragment is wanted; a restored history entry wants the whole page."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-History-Restore-Request") != "true"
        and request.headers.get("HX-Boosted") != "true"
    )


def render(page: str, fragment: str | None = None, status: int = 200, **context: Any) -> Response:
    """Return ``page``, or for htmx the ``fragment`` that the page itself includes."""
    name = fragment if fragment and is_htmx() else page
    return make_response(render_template(name, **context), status)


def invalid(page: str, fragment: str | None = None, **context: Any) -> Response:
    """Return a form that did not pass: 422, typed text kept, errors beside the fields."""
    return render(page, fragment, 422, **context)


def done(url: str, reference: str | None = None) -> Response:
    """Send the person on after a write: 303, or HX-Redirect for htmx.

    ``url`` is remembered as the answer of this submission, with the record's ``reference``.
    """
    g.answer_url, g.answer_reference = url, reference
    if is_htmx():
        response = make_response("")
        response.headers["HX-Redirect"] = url
        return response
    return cast(Response, redirect(url, 303))


def changed(fragment: str, url: str, reference: str, **context: Any) -> Response:
    """Answer a transition: for htmx the fragments it changed, else 303 to ``url``."""
    if not is_htmx():
        return done(url, reference)
    g.answer_url, g.answer_reference = url, reference
    return make_response(render_template(fragment, **context))
