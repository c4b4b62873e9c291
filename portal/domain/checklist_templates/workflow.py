"""Which way does a checklist template go, from the first item to the last partner that gets it?"""

from __future__ import annotations

from portal.core.language import _l
from portal.core.workflow import State, Transition, Workflow
from portal.domain.checklist_templates.events import E
from portal.domain.checklist_templates.models import Status as S
from portal.domain.permissions import Permission as P

TEMPLATE = Workflow(
    initial=S.DRAFT,
    states={
        S.DRAFT: State(_l("Draft"), "neutral", several=_l("Drafts")),
        S.IN_USE: State(_l("In use"), "ok"),
        S.RETIRED: State(_l("Out of use"), "neutral"),
    },
    transitions=[
        Transition("publish", frozenset({S.DRAFT, S.IN_USE, S.RETIRED}), S.IN_USE,
                   P.CHECKLIST_WRITE, E.PUBLISH, _l("Put in use"), "primary",
                   needs=frozenset({"number"})),
        Transition("retire", frozenset({S.IN_USE}), S.RETIRED, P.CHECKLIST_WRITE, E.RETIRE,
                   _l("Take out of use"), "danger"),
    ],
)  # fmt: skip
