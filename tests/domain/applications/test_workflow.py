"""Does an application go where its table says, and nowhere else?"""

from __future__ import annotations

import datetime as dt
import secrets

import pytest
from flask import Flask

from portal.core.access import Denied
from portal.core.database import db
from portal.core.times import now
from portal.core.workflow import Refused, WrongState
from portal.domain.applications.clock import CLOCK
from portal.domain.applications.models import Application, Status
from portal.domain.applications.workflow import APPLICANT, APPLICATION, EXPIRE, FOLLOW
from tests.domain.world import actor_of, everything
from tests.figures import record

WORDS = {"question": "What?", "reply": "That.", "text": "No."}
SAID = {"ask": ("question",), "answer": ("reply",), "reject": ("text",)}
CODES = {"reason": "other", "organisation": "", "request": ""}


def standing(status: str) -> Application:
    """Return an application in that state, not yet kept."""
    return Application(
        form_key=secrets.token_hex(16), company="Aurora", website="aurora.ca", domain="aurora.ca",
        country="CA", business="Words", people=3, contact_name="Uma", contact_email="uma@aurora.ca",
        expires_at=now() + dt.timedelta(days=1), status=status,
    )  # fmt: skip


def is_as_declared(status: str, name: str) -> bool:
    """Try one step from one state, and tell whether what came is what the table says."""
    step = APPLICATION.transitions[name]
    words = {key: word for key, word in WORDS.items() if key in SAID.get(name, ())}
    codes = {key: code for key, code in CODES.items() if key in step.needs}
    one = standing(status)
    db.session.add(one)
    db.session.flush()
    by_whom = {FOLLOW: APPLICANT, EXPIRE: CLOCK}
    actor, stranger = by_whom.get(step.permission) or actor_of("pia"), actor_of("ana")
    if status not in step.sources:
        with pytest.raises(WrongState):
            APPLICATION.apply(one, name, actor, words=words, **codes)
        return bool(one.status == status)
    with pytest.raises(Denied):
        APPLICATION.apply(one, name, stranger, words=words, **codes)
    if name == "pass_on":  # no partner is the same company
        with pytest.raises(Refused):
            APPLICATION.apply(one, name, actor, words=words, **codes)
        return bool(one.status == status)
    APPLICATION.apply(one, name, actor, words=words, **codes)
    return bool(one.status == step.target)


def test_every_pair(app: Flask) -> None:
    pairs = [(status, name) for status in Status for name in APPLICATION.transitions]
    with everything(app):
        right = sum(is_as_declared(status, name) for status, name in pairs)
    result = f"{right} of {len(pairs)}"
    record(4, "application: state and transition pairs", "all as declared", result,
           right == len(pairs))  # fmt: skip
    assert right == len(pairs)
