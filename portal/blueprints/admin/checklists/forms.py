"""What do staff write of a checklist template, and of each of its items?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import TextInput

from portal.core.checks import IsPage
from portal.core.forms import Form, Line, Pick, PickSome, Text, Tick, only
from portal.core.language import _, _l, chosen_language
from portal.core.text import clean_line
from portal.domain.checklist_templates.content import (
    FACT_WORDS,
    OWNER_WORDS,
    PARTNER_FACTS,
    STAFF_KINDS,
    Fact,
    Item,
    Kind,
    Owner,
    Question,
    new_key,
)
from portal.domain.checklist_templates.models import ChecklistTemplate, Status
from portal.domain.organisations.models import PartnerType
from portal.domain.people.roles import TYPE_WORDS
from portal.domain.programme import programme

MOST_DAYS, MOST_MONTHS = 365, 60
MOST_QUESTIONS, LONGEST_QUESTION = 12, 200
_EVERY = frozenset({"title", "title_fr", "help", "help_fr", "due_days", "after", "is_mandatory"})
_BY_PARTNER = frozenset({"owner", "needs_file", "link", "renew_months"})
ASKED = {
    Kind.FORM: _EVERY | _BY_PARTNER | {"questions", "questions_fr"},
    Kind.UPLOAD: _EVERY | _BY_PARTNER - {"needs_file"},
    Kind.TRAINING: _EVERY | _BY_PARTNER,
    Kind.CALL: _EVERY | {"link", "renew_months"},
    Kind.ACCOUNT: _EVERY | {"owner", "fact"},
    Kind.STAFF: _EVERY | {"renew_months"},
}
"""What is asked of an item, by its kind; nothing else of it can be written."""


class Whole(Field):
    """A whole number between ``minimum`` and ``maximum``; ``wrong`` is said of anything else."""

    widget = TextInput()

    def __init__(self, label: Any, *, minimum: int, maximum: int, wrong: Any, **kw: Any) -> None:
        super().__init__(label, render_kw={"inputmode": "numeric"}, **kw)
        self.flags.required = True
        self.range, self.wrong = range(minimum, maximum + 1), wrong

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.typed = clean_line(str(valuelist[0])) if valuelist else ""
        is_number = self.typed.isascii() and self.typed.isdigit() and len(self.typed) < 9
        self.data = int(self.typed) if is_number else None

    def pre_validate(self, form: Any) -> None:
        if self.data is None or self.data not in self.range:
            raise StopValidation(str(self.wrong))

    def _value(self) -> str:
        typed = getattr(self, "typed", None)
        return str(typed if typed is not None else "" if self.data is None else self.data)


class TemplateForm(Form):
    """What is it called, and which new partners get it?"""

    name = Line(_l("Name in English"), maximum=80)
    name_fr = Line(_l("Name in French"), maximum=80)
    partner_type = Pick(
        _l("For which type of partner?"), required=_l("Say for which type of partner it is.")
    )
    tier = Pick(_l("For one tier alone?"))

    def __init__(self, *args: Any, template: ChecklistTemplate | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner_type.choices = [
            ("", _("Choose…")),
            *((one.value, str(TYPE_WORDS[one])) for one in PartnerType),
        ]
        # One that the programme no longer has stays where it stands.
        held = [template.tier] if template and template.tier else []
        tiers = dict.fromkeys([*programme().tiers, *held])
        self.tier.choices = [("", _("No, for any tier")), *((one, one) for one in tiers)]
        if template is not None and template.status == Status.IN_USE:
            only(self, ("name", "name_fr"))
        elif template is not None and template.edition:
            only(self, ("name", "name_fr", "tier"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a name in one language at least; the other's readers get that one."""
        is_valid: bool = super().validate(extra_validators)
        if not self.name.data and not self.name_fr.data:
            self.name.errors = [_("Give a name in English or in French.")]
            is_valid = False
        return is_valid

    def values(self) -> dict[str, str]:
        """Return the fields as the operation takes them."""
        return {field.name: field.data or "" for field in self}


class ItemForm(Form):
    """What does one item ask, of whom, until when, and after what?"""

    title = Line(_l("Title in English"), maximum=120)
    title_fr = Line(_l("Title in French"), maximum=120)
    help = Text(_l("What is to be done, in English"), maximum=1000)
    help_fr = Text(_l("What is to be done, in French"), maximum=1000)
    fact = Pick(_l("When is it done?"), required=_l("Say when it is done."))
    questions = Text(_l("Questions in English"), maximum=3000)
    questions_fr = Text(_l("Questions in French"), maximum=3000)
    needs_file = Tick(_l("A file belongs to it, such as a certificate"))
    link = Line(
        _l("Link to a page outside"),
        maximum=500,
        validators=[
            IsPage(
                _l("Link: give the whole address of the page, such as https://example.com/prices.")
            )
        ],
        render_kw={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"},
    )
    owner = Pick(_l("Who does it?"), required=_l("Say who does it."))
    due_days = Whole(
        _l("Within how many days?"),
        minimum=1,
        maximum=MOST_DAYS,
        wrong=_l("Say within how many days, from 1 to 365."),
    )
    after = PickSome(_l("What comes before?"))
    renew_months = Whole(
        _l("Ask for it anew after how many months?"),
        minimum=0,
        maximum=MOST_MONTHS,
        wrong=_l("Say after how many months, from 1 to 60, or 0 for never."),
    )
    is_mandatory = Tick(_l("Without it the partner does not become active"))

    def __init__(self, *args: Any, item: Item, others: Sequence[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.item, self.kind = item, item.kind
        self.asked: tuple[Question, ...] = ()
        language = chosen_language()
        self.fact.choices = [
            ("", _("Choose…")),
            *((one.value, str(FACT_WORDS[one])) for one in Fact),
        ]
        # At a partner administrators alone can bring about a fact; staff's own kinds ask nobody.
        keepers = (Owner.ADMINISTRATOR, Owner.STAFF)
        owners = keepers if self.kind == Kind.ACCOUNT else [o for o in Owner if o != Owner.STAFF]
        self.owner.choices = [
            ("", _("Choose…")),
            *((one.value, str(OWNER_WORDS[one])) for one in owners),
        ]
        self.after.choices = [(one.key, one.title_in(language)) for one in others]
        only(self, ASKED[self.kind] - (set() if others else {"after"}))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a title in one language at least; the other's readers get that one."""
        is_valid: bool = super().validate(extra_validators)
        if not self.title.data and not self.title_fr.data:
            self.title.errors = [_("Give a title in English or in French.")]
            is_valid = False
        if self.kind == Kind.FORM:
            is_valid = self._judge_questions() and is_valid
        return is_valid

    def validate_owner(self, field: Pick) -> None:
        """Let whoever can bring about a fact own it."""
        if self.kind != Kind.ACCOUNT or not self.fact.data:
            return
        is_theirs = self.fact.data in PARTNER_FACTS
        if is_theirs and field.data == Owner.STAFF:
            raise ValidationError(_("Who does it? The partner keeps this, we cannot."))
        if not is_theirs and field.data != Owner.STAFF:
            raise ValidationError(_("Who does it? Only we can set this, so it is ours."))

    def _judge_questions(self) -> bool:
        """Take a few questions, each on a line of its own, in one language or line by line."""
        english, french = _lines(self.questions.data), _lines(self.questions_fr.data)
        problem, problem_fr = "", ""
        if not 1 <= max(len(english), len(french)) <= MOST_QUESTIONS:
            problem = _(
                "Questions: ask from 1 to %(num)d, each on a line of its own.", num=MOST_QUESTIONS
            )
        elif any(len(one) > LONGEST_QUESTION for one in (*english, *french)):
            problem = _("Questions: each has at most %(num)d characters.", num=LONGEST_QUESTION)
        elif english and french and len(english) != len(french):
            problem_fr = _(
                "Questions in French: there are %(french)d, but %(english)d in English. "
                "Write the same ones line by line, or leave one language empty.",
                french=len(french),
                english=len(english),
            )
        self.asked = _questions(english, french, self.item.questions)
        self.questions.errors = [*self.questions.errors, *filter(None, [problem])]
        self.questions_fr.errors = [*self.questions_fr.errors, *filter(None, [problem_fr])]
        return not (problem or problem_fr)

    def written(self) -> Item:
        """Return the item as it is written now; asked once the form was judged."""
        same = ("title", "title_fr", "help", "help_fr", "fact", "link")
        whole: dict[str, Any] = {name: self[name].data or "" for name in same if name in self}
        ticks = ("is_mandatory", "needs_file")
        whole |= {name: bool(self[name].data) for name in ticks if name in self}
        numbers = ("due_days", "renew_months")
        whole |= {name: self[name].data for name in numbers if name in self}
        whole["after"] = tuple(self.after.data or ()) if "after" in self else ()
        if "owner" in self:
            whole["owner"] = Owner(self.owner.data)
        return replace(self.item, questions=self.asked, **whole)


def blank(kind: Kind) -> Item:
    """Return what a new item of a kind holds before anybody types."""
    owner = Owner.ADMINISTRATOR if kind == Kind.ACCOUNT else Owner.LEAD
    owner = Owner.STAFF if kind in STAFF_KINDS else owner
    return Item("", kind, "", owner, needs_file=kind == Kind.UPLOAD)


def values_of(item: Item) -> dict[str, Any]:
    """Return what the form holds before anybody types."""
    return {
        **{one.name: getattr(item, one.name) for one in fields(item)},
        "questions": "\n".join(one.label for one in item.questions if one.label),
        "questions_fr": "\n".join(one.label_fr for one in item.questions if one.label_fr),
        "after": list(item.after),
    }


def _lines(text: str | None) -> list[str]:
    lines = (clean_line(line) for line in (text or "").splitlines())
    return [line for line in lines if line]


def _questions(
    english: Sequence[str], french: Sequence[str], before: Sequence[Question]
) -> tuple[Question, ...]:
    """Return what is asked; a line that stays, in either language, keeps its key."""
    left = list(before)
    asked = []
    for place in range(max(len(english), len(french))):
        label = english[place] if place < len(english) else ""
        label_fr = french[place] if place < len(french) else ""
        stays = next(
            (
                one
                for one in left
                if (label and one.label == label) or (label_fr and one.label_fr == label_fr)
            ),
            None,
        )
        if stays:
            left.remove(stays)
        asked.append(Question(stays.key if stays else new_key(), label, label_fr))
    return tuple(asked)
