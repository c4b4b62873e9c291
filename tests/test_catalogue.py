"""Is the French catalogue whole, in step with the code, and set as French Canada sets it?"""

from __future__ import annotations

import gettext
import re
import subprocess

import pytest

from portal.core.events import kinds
from tests.catalogue import CATALOGUE, ROOT, forms_of, french, messages
from tests.figures import record

PLACE = r"%(?:\(\w+\))?[a-z%]"


def test_the_catalogue_is_whole_and_in_step_with_the_code() -> None:
    checked = subprocess.run([ROOT / ".ci/catalogue", "--check"], capture_output=True, text=True)
    missing = [m.id for m in messages() if m.fuzzy or not all(forms_of(m.string))]
    is_whole = checked.returncode == 0 and not missing
    record(2, "fuzzy or empty translations", "0", f"{len(missing)} of {len(messages())}", is_whole)
    assert is_whole, checked.stdout + checked.stderr


def test_the_compiled_catalogue_says_what_the_written_one_says() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in messages():
        if isinstance(message.id, tuple):
            said = [compiled.ngettext(*message.id, number) for number in (0, 1, 2)]
            assert said == [message.string[0], message.string[0], message.string[1]]
        elif message.context:
            assert compiled.pgettext(message.context, message.id) == message.string
        else:
            assert compiled.gettext(message.id) == message.string


def test_placeholders_stay() -> None:
    def places(text: str) -> list[str]:
        return sorted(re.findall(PLACE, text))

    wrong = [pair for pair in french() if places(pair[0]) != places(pair[1])]
    assert not wrong


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("a straight quotation mark, which would end an attribute", '"'),
        ("a straight apostrophe", r"\w'\w"),
        ("a space before ; ? or !", r"\s[;?!]"),
        ("a colon without its hard space", r"(?<!\u00a0):(?!//)"),
        ("guillemets without their hard spaces", r"«(?!\u00a0)|(?<!\u00a0)»"),
        ("two spaces, or one at an end", r"\s\s|^\s|\s$"),
        ("an English word", r"\b(?:email|deal|partner|review)\b"),
        ("an exclamation mark", "!"),
        ("tu instead of vous", r"\b(?:tu|ton|tes|toi)\b"),
    ],
)
def test_the_french_is_set_as_french_canada_sets_it(fault: str, pattern: str) -> None:
    wrong = [text for _english, text in french() if re.search(pattern, re.sub(PLACE, "…", text))]
    assert not wrong, fault


def test_nothing_is_left_in_english() -> None:
    alike = {english for english, text in french() if english == text}
    assert alike == {
        "%(name)s (%(place)s)", "Audit", "Contact", "DR-…, DL-…", "Document", "Note",
        "Organisation", "Pages", "Permissions", "Prospect",
        "Protection", "Question", "Questions", "Services", "Six", "Type", "Version", "Versions",
        "version %(number)s",
    }  # fmt: skip


def test_no_sentence_of_an_event_says_of_oneself_what_is_said_of_others() -> None:
    """Who did it may be the reader, « vous »: no verb stands in the third person after it."""
    sentences = {str(kind.sentence) for kind in kinds()}
    wrong = [
        text for english, text in french()
        if english in sentences and re.search(r"%\(who\)s (?:l’|en |y )?(?:a|est|ont) ", text)
    ]  # fmt: skip
    assert not wrong
