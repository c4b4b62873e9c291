"""How are the questions of one item asked?"""

from __future__ import annotations

from portal.core.forms import Form, Text, bind
from portal.core.language import _, chosen_language
from portal.domain.checklists.models import ChecklistItem

LONGEST = 2000
_NAME = "answer_"


class AnswersForm(Form):
    """One text for each question of the item; :func:`answers_form` adds the fields."""

    def answers(self) -> dict[str, str]:
        """Return what was typed, by the key of the question."""
        return {field.name.removeprefix(_NAME): field.data or "" for field in self}


def answers_form(item: ChecklistItem, path: str) -> AnswersForm:
    """Return the form of what the item asks now: posted text, else typed, else sent before.

    ``path`` is where it is sent to, and by which what is typed is kept.
    """
    language = chosen_language()
    fields = {f"{_NAME}{one.key}": _field(one.label_in(language)) for one in item.item.questions}
    sent = {f"{_NAME}{one['key']}": one["text"] for one in item.answers}
    return bind(type("ItemForm", (AnswersForm,), fields), path=path, data=sent)


def _field(label: str) -> Text:
    return Text(label, maximum=LONGEST, required=_("Answer “%(question)s”", question=label))
