"""Where does a partner stand in the programme, and which way leads on?"""

from __future__ import annotations

from portal.core.language import _l, _lc
from portal.core.workflow import State, Transition, Workflow
from portal.domain.organisations.events import E
from portal.domain.organisations.models import OrganisationStatus as S
from portal.domain.permissions import Permission as P

_MAY = P.ORGANISATION_SUSPEND
_why = frozenset({"reason"})


def _from(*states: S) -> frozenset[S]:
    return frozenset(states)


ORGANISATION = Workflow(
    initial=S.INVITED,
    states={
        S.INVITED: State(_l("Invited"), several=_lc("several partners", "Invited")),
        S.ONBOARDING: State(_l("Onboarding"), "info"),
        S.ACTIVE: State(_l("Active"), "ok", several=_lc("several partners", "Active")),
        S.SUSPENDED: State(
            _l("Suspended"), "warn", several=_lc("several partners", "Suspended")
        ),
        S.ENDED: State(_l("Ended"), several=_lc("several partners", "Ended")),
    },
    transitions=[
        Transition("onboard", _from(S.INVITED), S.ONBOARDING, _MAY, E.ONBOARD,
                   _l("Begin the onboarding"), "primary", needs=_why),
        Transition("activate", _from(S.ONBOARDING), S.ACTIVE, _MAY, E.ACTIVATE,
                   _l("Make active"), "primary", needs=_why),
        Transition("suspend", _from(S.ACTIVE), S.SUSPENDED, _MAY, E.SUSPEND,
                   _l("Suspend: its people lose access, everything is kept"), "danger",
                   needs=_why),
        Transition("resume", _from(S.SUSPENDED), S.ACTIVE, _MAY, E.RESUME,
                   _l("End the suspension: its people have access again"), "primary", needs=_why),
        Transition("end", _from(S.INVITED, S.ONBOARDING, S.ACTIVE, S.SUSPENDED), S.ENDED, _MAY,
                   E.END, _l("End the partnership: its people lose access, everything is kept"),
                   "danger", needs=_why),
        Transition("reopen", _from(S.ENDED), S.ONBOARDING, _MAY, E.REOPEN,
                   _l("Open it again: it begins with the onboarding"), "primary", needs=_why),
    ],
)  # fmt: skip
