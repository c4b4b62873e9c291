"""What does a field refuse, and with which sentence?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from wtforms import Field
from wtforms.validators import DataRequired, StopValidation, ValidationError

from portal.core.contact import NotAnAddress, NotANumber, clean_address, clean_phone
from portal.core.language import _, _l


def called(field: Field) -> str:
    """Return how a sentence names ``field`` where its label is not beside it.

    That is its description, or else its label.
    """
    return str(field.description or field.label.text).strip(" ?\u00a0")


class Needed(DataRequired):
    """Refuse an empty field; one that holds what cannot be read keeps the sentence about that."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.process_errors:
            raise StopValidation
        super().__call__(form, field)


class IsEmail:
    """Refuse what is no e-mail address, with ``sentence``."""

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence

    def __call__(self, _form: Any, field: Field) -> None:
        try:
            field.data = clean_address(field.data or "")
        except NotAnAddress:
            raise ValidationError(str(self.sentence)) from None


class IsPhone:
    """Turn a number as people write it into E.164, or refuse it with ``sentence``."""

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence

    def __call__(self, form: Any, field: Field) -> None:
        try:
            field.data = clean_phone(field.data or "", form.home_country())
        except NotANumber:
            raise ValidationError(str(self.sentence)) from None


class IsPage:
    """Refuse what is no address of a page that anybody could open, with ``sentence``."""

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data and not _is_page(field.data):
            raise ValidationError(str(self.sentence))


def _is_page(text: str) -> bool:
    """Tell whether a text is the address of a page outside, without a name and password."""
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https") and "." in host.strip(".")
    return is_web and "@" not in parts.netloc and text.isprintable() and " " not in text


class AtMost:
    """Refuse more than ``limit`` characters."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data and len(field.data) > self.limit:
            raise ValidationError(
                _(
                    "%(field)s: use at most %(limit)d characters; this has %(count)d.",
                    field=called(field),
                    limit=self.limit,
                    count=len(field.data),
                )
            )


class AtLeast:
    """Refuse fewer than ``limit`` characters."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data and len(field.data) < self.limit:
            raise ValidationError(
                _(
                    "%(field)s: use at least %(limit)d characters, so that a reader can judge.",
                    field=called(field),
                    limit=self.limit,
                )
            )


TOO_EARLY = _l("%(field)s: give today or a later date.")
TOO_LATE = _l("%(field)s: give today or an earlier date.")


class NotBefore:
    """Refuse a date before ``first()``; ``sentence`` says so, with the field as ``%(field)s``."""

    def __init__(self, first: Callable[[], dt.date], sentence: Any) -> None:
        self.first, self.sentence = first, sentence

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data and field.data < self.first():
            raise ValidationError(str(self.sentence) % {"field": called(field)})


class NotAfter:
    """Refuse a date after ``last()``; ``sentence`` says so, with the field as ``%(field)s``."""

    def __init__(self, last: Callable[[], dt.date], sentence: Any) -> None:
        self.last, self.sentence = last, sentence

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data and field.data > self.last():
            raise ValidationError(str(self.sentence) % {"field": called(field)})
