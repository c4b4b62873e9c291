"""How far is a partner with its onboarding, as its own page says it?"""

from __future__ import annotations

from typing import Any

from portal.core.access import visible
from portal.core.database import db
from portal.core.language import _, _c, chosen_language
from portal.core.workflow import PARTNER, VENDOR
from portal.domain.checklists.models import Checklist
from portal.domain.checklists.workflow import CHECKLIST
from portal.domain.organisations.models import Organisation, OrganisationStatus
from portal.domain.people.actor import MemberActor
from portal.domain.permissions import Permission as P


def onboarding_of(organisation: Organisation, actor: MemberActor) -> dict[str, Any]:
    """Return the partner's checklists with how far each is, or that a new partner has none."""
    if P.CHECKLIST_FOLLOW not in actor.permissions:
        return {"checklists": [], "lacks_checklist": False}
    query = visible(Checklist, actor).where(Checklist.organisation_id == organisation.id)
    found = db.session.scalars(query.order_by(Checklist.id)).all()
    words, language = {VENDOR: _("With us"), PARTNER: _("With the partner")}, chosen_language()
    is_new = organisation.status == OrganisationStatus.ONBOARDING
    return {
        "onboarding": _c("tab", "Onboarding"),
        "checklists": [
            {
                "checklist": one,
                "name": one.name_in(language),
                "state": CHECKLIST.state_of(one),
                "turn": words.get(one.turn),
            }
            for one in found
        ],
        "lacks_checklist": is_new and not found,
    }
