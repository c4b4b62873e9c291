"""Which way does a version go, from the first word to the library and out of it?"""

from __future__ import annotations

import datetime as dt
from typing import Any

from portal.core.actors import Actor
from portal.core.language import _, _l, _lc
from portal.core.times import add_business_time, business_days
from portal.core.workflow import VENDOR, Next, State, Transition, Workflow
from portal.domain.assets.events import E
from portal.domain.assets.models import AssetVersion
from portal.domain.assets.models import Status as S
from portal.domain.permissions import Permission as P
from portal.domain.programme import programme


def review_target(_version: AssetVersion, moment: dt.datetime) -> dt.datetime:
    """Return by when a second person looks at it."""
    rules = programme()
    return add_business_time(moment, business_days(rules.asset_review_business_days), rules.zone)


def author(version: AssetVersion) -> int:
    """Return the membership of whoever wrote it last."""
    return version.author_id


def is_complete(version: AssetVersion, _actor: Actor) -> Any:
    """Refuse what nobody has said whom it is for, and what hands nothing out."""
    if version.audience_id is None:
        return _("Say whom it is for first.")
    if not version.has_content:
        return _("Add a file, a link or a text first.")
    return None


_number = frozenset({"number"})


def some(*states: S) -> frozenset[S]:
    """Return ``states`` as the sources of a transition."""
    return frozenset(states)


ASSET = Workflow(
    initial=S.DRAFT,
    states={
        S.DRAFT: State(
            _l("Draft"), "neutral",
            Next(VENDOR, "finish", _l("Finish the draft"), who=author), several=_l("Drafts"),
        ),
        S.IN_REVIEW: State(
            _l("In review"), "info", Next(VENDOR, "review", _l("Review it"), by=review_target)
        ),
        S.APPROVED: State(
            _l("Ready to publish"), "info",
            Next(VENDOR, "publish", _l("Publish it"), by=review_target),
        ),
        S.SCHEDULED: State(_l("Scheduled"), "info"),
        S.PUBLISHED: State(_l("Published"), "ok"),
        S.SUPERSEDED: State(_l("Superseded"), "neutral"),
        S.WITHDRAWN: State(_lc("version", "Withdrawn"), "bad"),
    },
    transitions=[
        Transition("send", some(S.DRAFT), S.IN_REVIEW, P.ASSET_WRITE, E.SEND,
                   _l("Send for review"), "primary", guard=is_complete),
        Transition("approve", some(S.IN_REVIEW), S.APPROVED, P.ASSET_REVIEW, E.APPROVE,
                   _l("Approve"), "primary"),
        Transition("return", some(S.IN_REVIEW), S.DRAFT, P.ASSET_REVIEW, E.RETURN,
                   _l("Give it back"), needs=frozenset({"reason"})),
        Transition("schedule", some(S.APPROVED), S.SCHEDULED, P.ASSET_PUBLISH, E.SCHEDULE,
                   _l("Publish"), "primary", needs=frozenset({"until"})),
        Transition("publish", some(S.APPROVED, S.SCHEDULED), S.PUBLISHED, P.ASSET_PUBLISH,
                   E.PUBLISH, _l("Publish"), "primary", needs=_number),
        Transition("call_off", some(S.APPROVED, S.SCHEDULED), S.DRAFT, P.ASSET_PUBLISH,
                   E.CALL_OFF, _l("Back to draft")),
        Transition("supersede", some(S.PUBLISHED), S.SUPERSEDED, P.ASSET_PUBLISH, E.SUPERSEDE,
                   needs=_number),
        Transition("withdraw", some(S.PUBLISHED, S.SUPERSEDED), S.WITHDRAWN, P.ASSET_PUBLISH,
                   E.WITHDRAW, _l("Withdraw"), "danger", needs=frozenset({"reason", "number"})),
        Transition("expire", some(S.PUBLISHED), S.WITHDRAWN, P.ASSET_PUBLISH, E.EXPIRE,
                   needs=_number),
    ],
)  # fmt: skip
