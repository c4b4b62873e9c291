"""How is typed input read, judged and given back with a sentence beside the field?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar

from flask import g, request
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, Field, SelectField, StringField, TextAreaField
from wtforms.fields import SelectMultipleField
from wtforms.validators import DataRequired, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from portal.core import drafts
from portal.core.checks import AtLeast, AtMost, IsEmail, IsPhone, Needed, called
from portal.core.language import _, chosen_language, show_ago
from portal.core.money import MAXIMUM_MAJOR, NotMoney, parse_major
from portal.core.text import clean_line, clean_text

F = TypeVar("F", bound="Form")


class Form(FlaskForm):  # type: ignore[misc]
    """A form; CSRF is checked for every request before any form is made."""

    class Meta:
        csrf = False

    # When the fields came from a kept draft: when that was typed.
    restored: str | None = None

    @property
    def problems(self) -> list[tuple[str, Any]]:
        """Return (field name or "", sentence) for everything that is wrong, in page order."""
        found = [(field.name, error) for field in self for error in _flat(field.errors)]
        return found + [("", error) for error in self.form_errors]


def _flat(errors: Any) -> list[Any]:
    if isinstance(errors, dict):
        return [error for inner in errors.values() for error in _flat(inner)]
    return [error for item in errors for error in (_flat(item) if _nested(item) else [item])]


def _nested(item: Any) -> bool:
    return isinstance(item, (list, tuple, dict))


def bind(form_class: type[F], obj: Any = None, *, path: str | None = None, **values: Any) -> F:
    """Return the form for this request: posted text, else a kept draft, else ``obj``'s values.

    ``path`` is the address of the form where that is not the page's own.
    """
    if request.method == "POST":
        return form_class(formdata=request.form, obj=obj, **values)
    draft = drafts.offered(path)
    if draft is None:
        return form_class(formdata=None, obj=obj, **values)
    form = form_class(formdata=drafts.as_form(draft), obj=obj, **values)
    form.restored = show_ago(draft.at)
    g.draft_shown = draft
    return form


class Line(StringField):
    """One line of text, cleaned; ``maximum`` characters at most."""

    def __init__(self, label: Any, *, maximum: int = 255, required: Any = None, **kw: Any) -> None:
        keys = dict(kw.pop("render_kw", {}))
        # No maxlength attribute: cutting what was pasted without a word helps nobody.
        super().__init__(
            label, [*_need(required), AtMost(maximum), *kw.pop("validators", ())], **kw
        )
        self.render_kw = keys

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata([clean_line(str(value)) for value in valuelist[:1]])


class EmailLine(Line):
    """An e-mail address; ``wrong`` is the sentence for what is none."""

    def __init__(self, label: Any, *, wrong: Any, **kw: Any) -> None:
        keys = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(label, maximum=254, validators=[IsEmail(wrong)], render_kw=keys, **kw)


class PhoneLine(Line):
    """A telephone number, kept in E.164; ``wrong`` is the sentence for what is none.

    Its form says by ``home_country()`` in whose way it is written.
    """

    def __init__(self, label: Any, *, wrong: Any, **kw: Any) -> None:
        keys = {"inputmode": "tel"}
        super().__init__(label, maximum=40, validators=[IsPhone(wrong)], render_kw=keys, **kw)


class Text(TextAreaField):
    """Several lines of text, cleaned, between ``minimum`` and ``maximum`` characters."""

    def __init__(
        self, label: Any, *, minimum: int = 0, maximum: int = 2000, required: Any = None, **kw: Any
    ) -> None:
        checks = [*_need(required), AtLeast(minimum), AtMost(maximum), *kw.pop("validators", ())]
        super().__init__(label, checks, **kw)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata([clean_text(str(value)) for value in valuelist[:1]])


class Day(DateField):
    """A date as the browser's picker sends it (ISO 8601), or typed day first."""

    def __init__(self, label: Any, *, required: Any = None, **kw: Any) -> None:
        super().__init__(
            label,
            [*_need(required), *kw.pop("validators", ())],
            format=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"],
            **kw,
        )

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = clean_line(str(valuelist[0])) if valuelist else ""
        self.raw_data = [text]
        self.data = None
        if not text:
            return
        try:
            super().process_formdata([text])
        except ValueError as error:
            raise ValueError(self._unclear()) from error
        if self.data is not None and self.data.year < 1900:
            self.data = None
            raise ValueError(self._unclear())

    def _unclear(self) -> str:
        return _("%(field)s: give the day, the month and the year.", field=called(self))


class Money(Field):
    """An amount in major units, typed as people type it; ``data`` is a Decimal."""

    widget = TextInput()
    data: Decimal | None

    def __init__(self, label: Any, *, required: Any = None, **kw: Any) -> None:
        super().__init__(label, [*_need(required), *kw.pop("validators", ())], **kw)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.typed = clean_line(str(valuelist[0])) if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            self.data = parse_major(self.typed, chosen_language())
        except NotMoney:
            raise ValueError(no_amount(self)) from None
        if not 1 <= self.data <= MAXIMUM_MAJOR:
            self.data = None
            raise ValueError(
                _("%(field)s: give an amount between 1 and 999,999,999.99.", field=called(self))
            )

    def _value(self) -> str:
        typed = getattr(self, "typed", None)
        if typed is not None:
            return str(typed)
        if self.data is None:
            return ""
        return f"{self.data:f}".replace(".", "," if chosen_language() == "fr" else ".")


class Pick(SelectField):
    """One of a list; an unknown value gets a sentence."""

    def __init__(self, label: Any, *, required: Any = None, **kw: Any) -> None:
        super().__init__(label, [*_need(required)], validate_choice=False, **kw)

    def pre_validate(self, form: Any) -> None:
        if self.data in (None, ""):
            return
        if str(self.data) not in {str(value) for value, *_rest in self.iter_choices()}:
            self.data = None
            raise StopValidation(not_listed(self))


class PickSome(SelectMultipleField):
    """Some of a list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, *, required: Any = None, **kw: Any) -> None:
        super().__init__(label, [*_need(required)], validate_choice=False, **kw)

    def pre_validate(self, form: Any) -> None:
        known = {str(value) for value, *_rest in self.iter_choices()}
        if any(str(value) not in known for value in self.data or ()):
            raise StopValidation(not_listed(self))


class Tick(BooleanField):
    """One checkbox; ``required`` is the sentence for leaving it empty."""

    def __init__(self, label: Any, *, required: Any = None, **kw: Any) -> None:
        super().__init__(label, [DataRequired(required)] if required else [], **kw)


def _need(sentence: Any) -> list[Any]:
    return [Needed(sentence)] if sentence else [Optional()]


def no_amount(field: Field) -> str:
    """Return the sentence for text in ``field`` that is no amount of money."""
    return _("%(field)s: give an amount such as 48,000 or 48000.50.", field=called(field))


def not_listed(field: Field) -> str:
    """Return the sentence for a value that ``field`` does not offer."""
    return _("%(field)s: choose from the list.", field=called(field))


def only(form: Form, names: Iterable[str]) -> None:
    """Remove every field of ``form`` but ``names``: nothing else can be written by it."""
    keep = set(names)
    for name in [field.short_name for field in form]:
        if name not in keep:
            delattr(form, name)
